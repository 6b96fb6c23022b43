; The installer for Windows, from the bundle, for one user and without an administrator. Settings and
; history are in another folder, and stay when the program is removed.
;
;   makensis -DVERSION=1.2.3 -DBUNDLE=dist/deepvue-tray -DOUTPUT=dist/installer.exe \
;     resources/windows/installer.nsi
;
; -NOCD lets paths begin where makensis is called. `installer.exe /S` and `uninstall.exe /S` ask nothing.

!include LogicLib.nsh
!include Win/COM.nsh
!include Win/Propkey.nsh

Target amd64-unicode
Name "deepvue-tray"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\deepvue-tray"
SetCompressor /SOLID lzma
ShowInstDetails nevershow
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "deepvue-tray"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Installer of deepvue-tray"
VIAddVersionKey LegalCopyright "MIT License"

!define CURRENT "Software\Microsoft\Windows\CurrentVersion"
!define ENTRY "${CURRENT}\Uninstall\deepvue-tray"
!define SHORTCUT "$SMPROGRAMS\deepvue-tray.lnk"

Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

; Removes the files of the installed version, and nothing that somebody else has put beside them.
!macro RemoveFiles
  ClearErrors
  Delete "$INSTDIR\deepvue-tray.exe"
  Delete "$INSTDIR\deepvue-tray.com"
  IfErrors 0 +4
    MessageBox MB_ICONEXCLAMATION "deepvue-tray is running. Quit it from its menu, then try again." /SD IDOK
    SetErrorLevel 1
    Quit
  RMDir /r "$INSTDIR\_internal"
!macroend

; Gives the shortcut the AppUserModelID of the tray (services/windows_app_id.py): the task bar would
; take them for two programs otherwise. The installer's end frees what this allocates.
!macro SetAppId
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
    ${If} $1 P<> 0
    ${AndIf} $2 P<> 0
      ${IPersistFile::Load} $1 '("${SHORTCUT}",${STGM_READWRITE})'
      System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r3'
      System::Call '*(&w13 "deepvue-tray")p.r4'
      System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_LPWSTR},,p r4)p.r5'
      ${IPropertyStore::SetValue} $2 '($3,$5)'
      ${IPropertyStore::Commit} $2 ""
      ${IPersistFile::Save} $1 '("${SHORTCUT}",1)'
    ${EndIf}
  ${EndIf}
!macroend

Section
  !insertmacro RemoveFiles
  SetOutPath "$INSTDIR"
  File /r "${BUNDLE}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "${SHORTCUT}" "$INSTDIR\deepvue-tray.exe"
  !insertmacro SetAppId
  WriteRegStr HKCU "${ENTRY}" DisplayName "deepvue-tray"
  WriteRegStr HKCU "${ENTRY}" DisplayVersion "${VERSION}"
  WriteRegStr HKCU "${ENTRY}" DisplayIcon "$INSTDIR\deepvue-tray.exe"
  WriteRegStr HKCU "${ENTRY}" Publisher "The deepvue-tray authors"
  WriteRegStr HKCU "${ENTRY}" InstallLocation "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${ENTRY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${ENTRY}" NoModify 1
  WriteRegDWORD HKCU "${ENTRY}" NoRepair 1
SectionEnd

Section Uninstall
  !insertmacro RemoveFiles
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "${SHORTCUT}"
  DeleteRegKey HKCU "${ENTRY}"
  ; Start at login, and what notifications have needed.
  DeleteRegValue HKCU "${CURRENT}\Run" deepvue-tray
  DeleteRegValue HKCU "${CURRENT}\Explorer\StartupApproved\Run" deepvue-tray
  DeleteRegKey HKCU "Software\Classes\AppUserModelId\deepvue-tray"
SectionEnd
