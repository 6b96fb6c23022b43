/* Qt's platform plugin is linked to these, which Wine 8 lacks. Nothing here is ever called. */
__declspec(dllexport) void* GetColorProfileFromHandle(void){return 0;}
__declspec(dllexport) void* CloseColorProfile(void){return 0;}
__declspec(dllexport) void* WcsCreateIccProfile(void){return 0;}
__declspec(dllexport) void* OpenColorProfileW(void){return 0;}
