<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="hi_IN">
<context>
    <name>AlertsPage</name>
    <message>
        <source>The wallet whose alerts are shown</source>
        <translation>जिस वॉलेट के अलर्ट दिख रहे हैं</translation>
    </message>
    <message>
        <source>Alerts o&amp;f:</source>
        <translation>अलर्ट किसके (&amp;F):</translation>
    </message>
    <message>
        <source>Notify about:</source>
        <translation>इनकी सूचना दें:</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>कम</translation>
    </message>
    <message>
        <source>The low threshold is reached</source>
        <translation>&quot;कम&quot; की सीमा आ गई</translation>
    </message>
    <message>
        <source>Critical</source>
        <translation>गंभीर</translation>
    </message>
    <message>
        <source>The critical threshold is reached</source>
        <translation>&quot;गंभीर&quot; की सीमा आ गई</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>खाली</translation>
    </message>
    <message>
        <source>No credits are left</source>
        <translation>कोई क्रेडिट नहीं बचा</translation>
    </message>
    <message>
        <source>The server does not accept them</source>
        <translation>सर्वर उन्हें नहीं मानता</translation>
    </message>
    <message>
        <source>Time asleep does not count</source>
        <translation>स्लीप का समय नहीं गिना जाता</translation>
    </message>
    <message>
        <source>Credits added</source>
        <translation>क्रेडिट जुड़े</translation>
    </message>
    <message>
        <source>The balance has risen</source>
        <translation>बैलेंस बढ़ा है</translation>
    </message>
    <message>
        <source>Spending far faster than usual</source>
        <translation>खर्च सामान्य से बहुत तेज़</translation>
    </message>
    <message>
        <source>Compared with the wallet&apos;s usual spending</source>
        <translation>इस वॉलेट के सामान्य खर्च की तुलना में</translation>
    </message>
    <message>
        <source>Credentials refused</source>
        <translation>क्रेडेंशियल अस्वीकृत</translation>
    </message>
    <message>
        <source>Balance unknown for an hour</source>
        <translation>एक घंटे से बैलेंस पता नहीं</translation>
    </message>
</context>
<context>
    <name>Card</name>
    <message>
        <source>deepvue-tray keeps running and still notifies you.</source>
        <translation>deepvue-tray चलता रहेगा और सूचनाएँ देता रहेगा।</translation>
    </message>
    <message>
        <source>Start deepvue-tray again to open its window.</source>
        <translation>विंडो फिर खोलने के लिए deepvue-tray दोबारा शुरू करें।</translation>
    </message>
    <message>
        <source>Keep running</source>
        <translation>चलने दें</translation>
    </message>
    <message>
        <source>This desktop has no tray, so the balance is shown here. GNOME needs the AppIndicator extension.</source>
        <translation>इस डेस्कटॉप में ट्रे नहीं है, इसलिए बैलेंस यहाँ दिख रहा है। GNOME को AppIndicator एक्सटेंशन चाहिए।</translation>
    </message>
    <message>
        <source>More</source>
        <translation>और</translation>
    </message>
    <message>
        <source>Snooze, dashboard, about and quit</source>
        <translation>अलर्ट रोकना, डैशबोर्ड, परिचय और बंद करना</translation>
    </message>
</context>
<context>
    <name>Chart</name>
    <message>
        <source>Balance over time</source>
        <translation>समय के साथ बैलेंस</translation>
    </message>
    <message>
        <source>Left and Right pan, Plus and Minus zoom. Home and End show the first and the last reading, Ctrl+Left and Ctrl+Right the previous and the next.</source>
        <translation>बाएँ और दाएँ तीर खिसकाते हैं, प्लस और माइनस ज़ूम करते हैं। Home और End पहली और अंतिम रीडिंग दिखाते हैं, Ctrl+बायाँ और Ctrl+दायाँ तीर पिछली और अगली।</translation>
    </message>
    <message>
        <source>No readings yet. The first appears as soon as the server answers.</source>
        <translation>अभी कोई रीडिंग नहीं है। सर्वर का जवाब आते ही पहली दिखेगी।</translation>
    </message>
    <message>
        <source>No readings in this range.</source>
        <translation>इस अवधि में कोई रीडिंग नहीं है।</translation>
    </message>
</context>
<context>
    <name>ConnectDialog</name>
    <message>
        <source>From the Deepvue dashboard</source>
        <translation>Deepvue डैशबोर्ड से</translation>
    </message>
    <message>
        <source>Tells this wallet from the others</source>
        <translation>इस वॉलेट को बाकी से अलग पहचानने के लिए</translation>
    </message>
    <message>
        <source>New client secret</source>
        <translation>नया क्लाइंट सीक्रेट</translation>
    </message>
    <message>
        <source>Connect your Deepvue wallet</source>
        <translation>अपना Deepvue वॉलेट जोड़ें</translation>
    </message>
    <message>
        <source>Add a wallet</source>
        <translation>वॉलेट जोड़ें</translation>
    </message>
    <message>
        <source>See the balance in the tray, and be warned before it runs out.</source>
        <translation>बैलेंस ट्रे में देखें, और खत्म होने से पहले चेतावनी पाएँ।</translation>
    </message>
    <message>
        <source>Client ID:</source>
        <translation>क्लाइंट ID:</translation>
    </message>
    <message>
        <source>Client &amp;ID:</source>
        <translation>क्लाइंट &amp;ID:</translation>
    </message>
    <message>
        <source>Clie&amp;nt secret:</source>
        <translation>क्लाइंट सीक्रेट (&amp;N):</translation>
    </message>
    <message>
        <source>Na&amp;me:</source>
        <translation>नाम (&amp;M):</translation>
    </message>
    <message>
        <source>Where do I find these?</source>
        <translation>ये कहाँ मिलेंगे?</translation>
    </message>
    <message>
        <source>The secret is kept in your keyring, and nowhere else.</source>
        <translation>सीक्रेट केवल आपकी कीरिंग में रहता है, और कहीं नहीं।</translation>
    </message>
    <message>
        <source>&amp;Show</source>
        <translation>दिखाएँ (&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>छिपाएँ (&amp;H)</translation>
    </message>
    <message>
        <source>Shows or hides the typed secret</source>
        <translation>लिखा हुआ सीक्रेट दिखाता या छिपाता है</translation>
    </message>
    <message>
        <source>&amp;Later</source>
        <translation>बाद में (&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>रद्द करें (&amp;C)</translation>
    </message>
    <message>
        <source>Closes the window</source>
        <translation>विंडो बंद करता है</translation>
    </message>
    <message>
        <source>Checks the credentials with the server, then saves them</source>
        <translation>क्रेडेंशियल सर्वर से जाँचता है, फिर सहेजता है</translation>
    </message>
    <message>
        <source>Saves the credentials unchecked</source>
        <translation>क्रेडेंशियल बिना जाँचे सहेजता है</translation>
    </message>
    <message>
        <source>Until you quit deepvue-tray</source>
        <translation>deepvue-tray बंद करने तक</translation>
    </message>
    <message>
        <source>At most {0} characters.</source>
        <translation>अधिक से अधिक {0} वर्ण।</translation>
    </message>
    <message>
        <source>This wallet exists already. “New secret…” replaces its secret.</source>
        <translation>यह वॉलेट पहले से है। “नया सीक्रेट…” उसका सीक्रेट बदलता है।</translation>
    </message>
    <message>
        <source>C&amp;onnect</source>
        <translation>कनेक्ट करें (&amp;O)</translation>
    </message>
    <message>
        <source>Leave empty to use the secret in the keyring</source>
        <translation>कीरिंग वाला सीक्रेट इस्तेमाल करने के लिए खाली छोड़ें</translation>
    </message>
    <message>
        <source>The keyring has no secret for this client ID. Enter it here.</source>
        <translation>कीरिंग में इस क्लाइंट ID का सीक्रेट नहीं है। उसे यहाँ भरें।</translation>
    </message>
    <message>
        <source>Save &amp;anyway</source>
        <translation>फिर भी सहेजें (&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Keep for this session only</source>
        <translation>केवल इस सत्र के लिए रखें (&amp;K)</translation>
    </message>
    <message>
        <source>Spaces and characters such as é are not allowed.</source>
        <translation>स्पेस और é जैसे वर्ण नहीं चलते।</translation>
    </message>
    <message>
        <source>Enter the client ID.</source>
        <translation>क्लाइंट ID भरें।</translation>
    </message>
    <message>
        <source>Enter the client secret.</source>
        <translation>क्लाइंट सीक्रेट भरें।</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>सहेजा जा रहा है…</translation>
    </message>
</context>
<context>
    <name>ElsewherePage</name>
    <message>
        <source>The whole path of the program; empty: none</source>
        <translation>प्रोग्राम का पूरा पथ; खाली: कोई नहीं</translation>
    </message>
    <message>
        <source>One a line, without quotation marks</source>
        <translation>हर पंक्ति में एक, उद्धरण चिह्नों के बिना</translation>
    </message>
    <message>
        <source>Spaces around an argument and blank lines are ignored</source>
        <translation>आर्ग्युमेंट के आगे-पीछे के स्पेस और खाली पंक्तियाँ छोड़ दी जाती हैं</translation>
    </message>
    <message>
        <source>C&amp;hoose…</source>
        <translation>चुनें (&amp;H)…</translation>
    </message>
    <message>
        <source>Selects the program</source>
        <translation>प्रोग्राम चुनता है</translation>
    </message>
    <message>
        <source>Sen&amp;d a test</source>
        <translation>परीक्षण भेजें (&amp;D)</translation>
    </message>
    <message>
        <source>Runs the program with an alert that is marked as a test</source>
        <translation>परीक्षण के रूप में चिह्नित अलर्ट के साथ प्रोग्राम चलाता है</translation>
    </message>
    <message>
        <source>✓ The program accepted the alert.</source>
        <translation>✓ प्रोग्राम ने अलर्ट स्वीकार किया।</translation>
    </message>
    <message>
        <source>Select the program</source>
        <translation>प्रोग्राम चुनें</translation>
    </message>
    <message>
        <source>Running…</source>
        <translation>चल रहा है…</translation>
    </message>
    <message>
        <source>Test alert from deepvue-tray</source>
        <translation>deepvue-tray का परीक्षण अलर्ट</translation>
    </message>
    <message>
        <source>The balance in this alert is made up.</source>
        <translation>इस अलर्ट की शेष राशि काल्पनिक है।</translation>
    </message>
    <message>
        <source>&amp;Program:</source>
        <translation>प्रोग्राम (&amp;P):</translation>
    </message>
    <message>
        <source>Arg&amp;uments:</source>
        <translation>आर्ग्युमेंट (&amp;U):</translation>
    </message>
    <message>
        <source>The program gets each alert as JSON, and can send it to a chat, a phone or a mailbox.</source>
        <translation>प्रोग्राम को हर अलर्ट JSON के रूप में मिलता है; वह उसे चैट, फ़ोन या मेलबॉक्स पर भेज सकता है।</translation>
    </message>
    <message>
        <source>Scripts for ntfy, Slack, Teams, mail and others</source>
        <translation>ntfy, Slack, Teams, मेल आदि के लिए स्क्रिप्ट</translation>
    </message>
</context>
<context>
    <name>GeneralPage</name>
    <message>
        <source> min</source>
        <translation> मिनट</translation>
    </message>
    <message>
        <source>The time from one request to the next</source>
        <translation>एक अनुरोध से अगले तक का समय</translation>
    </message>
    <message>
        <source>Start at lo&amp;gin</source>
        <translation>लॉग इन पर शुरू करें (&amp;G)</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>इस कंप्यूटर पर</translation>
    </message>
    <message>
        <source>In short: 6.4k</source>
        <translation>संक्षेप में: 6.4k</translation>
    </message>
    <message>
        <source>Show the &amp;balance on the icon instead of a gauge</source>
        <translation>आइकन पर गेज की जगह बैलेंस दिखाएँ (&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Quiet time:</source>
        <translation>शांत समय (&amp;Q):</translation>
    </message>
    <message>
        <source>Only critical and empty notify; other alerts wait for its end</source>
        <translation>केवल “गंभीर” और “खाली” की सूचना मिलती है; बाकी अलर्ट इसके अंत की प्रतीक्षा करते हैं</translation>
    </message>
    <message>
        <source>Quiet from</source>
        <translation>शांत समय की शुरुआत</translation>
    </message>
    <message>
        <source>Quiet until</source>
        <translation>शांत समय का अंत</translation>
    </message>
    <message>
        <source>Refresh &amp;every:</source>
        <translation>ताज़ा करें, हर (&amp;E):</translation>
    </message>
    <message>
        <source>The two times must differ.</source>
        <translation>दोनों समय अलग होने चाहिए।</translation>
    </message>
</context>
<context>
    <name>HistoryModel</name>
    <message>
        <source>Time</source>
        <translation>समय</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>बैलेंस</translation>
    </message>
    <message>
        <source>Spent</source>
        <translation>खर्च</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>जोड़े गए</translation>
    </message>
</context>
<context>
    <name>HistoryTable</name>
    <message>
        <source>Readings</source>
        <translation>रीडिंग</translation>
    </message>
    <message>
        <source>The displayed range, newest first</source>
        <translation>दिखाई गई अवधि, सबसे नई पहले</translation>
    </message>
</context>
<context>
    <name>HistoryWindow</name>
    <message>
        <source>History</source>
        <translation>इतिहास</translation>
    </message>
    <message>
        <source>{0} (removed)</source>
        <translation>{0} (हटाया गया)</translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation>{0} में सहेजा गया।</translation>
    </message>
    <message>
        <source>Wallet</source>
        <translation>वॉलेट</translation>
    </message>
    <message>
        <source>The wallet whose history is shown</source>
        <translation>जिस वॉलेट का इतिहास दिख रहा है</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>शेष राशि</translation>
    </message>
    <message>
        <source>The balance over time</source>
        <translation>समय के साथ शेष राशि</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>उत्पाद</translation>
    </message>
    <message>
        <source>What spends the credits</source>
        <translation>क्रेडिट किस पर खर्च होते हैं</translation>
    </message>
    <message>
        <source>24 h</source>
        <translation>24 घं</translation>
    </message>
    <message>
        <source>7 d</source>
        <translation>7 दिन</translation>
    </message>
    <message>
        <source>30 d</source>
        <translation>30 दिन</translation>
    </message>
    <message>
        <source>90 d</source>
        <translation>90 दिन</translation>
    </message>
    <message>
        <source>All</source>
        <translation>सभी</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>तालिका</translation>
    </message>
    <message>
        <source>Shows the displayed range as a table or a chart</source>
        <translation>दिखाई गई अवधि को तालिका या चार्ट के रूप में दिखाता है</translation>
    </message>
    <message>
        <source>Saves the displayed range as a table or a picture</source>
        <translation>दिखाई गई अवधि को तालिका या चित्र के रूप में सहेजता है</translation>
    </message>
    <message>
        <source>Chart</source>
        <translation>चार्ट</translation>
    </message>
    <message>
        <source>Up to now</source>
        <translation>अब तक</translation>
    </message>
    <message>
        <source>All readings</source>
        <translation>सभी रीडिंग</translation>
    </message>
    <message>
        <source>Save as</source>
        <translation>सहेजें</translation>
    </message>
    <message>
        <source>Save the products</source>
        <translation>उत्पाद सहेजें</translation>
    </message>
    <message>
        <source>Save the readings</source>
        <translation>रीडिंग सहेजें</translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation>चित्र सहेजें</translation>
    </message>
</context>
<context>
    <name>Links</name>
    <message>
        <source>Links</source>
        <translation>लिंक</translation>
    </message>
    <message>
        <source>Tab selects a link, Return opens it in the browser.</source>
        <translation>Tab से लिंक चुनें, Return उसे ब्राउज़र में खोलता है।</translation>
    </message>
</context>
<context>
    <name>ProductModel</name>
    <message>
        <source>Product</source>
        <translation>उत्पाद</translation>
    </message>
    <message>
        <source>Spent</source>
        <translation>खर्च</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>हिस्सा</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>कॉल</translation>
    </message>
    <message>
        <source>A call</source>
        <translation>प्रति कॉल</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>कुछ नहीं मिला</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>बदलाव</translation>
    </message>
</context>
<context>
    <name>ProductTable</name>
    <message>
        <source>Products</source>
        <translation>उत्पाद</translation>
    </message>
    <message>
        <source>The most expensive product first</source>
        <translation>सबसे महँगा उत्पाद पहले</translation>
    </message>
</context>
<context>
    <name>ProductsView</name>
    <message>
        <source>Fetch 60 days</source>
        <translation>60 दिन लाएँ</translation>
    </message>
    <message>
        <source>Fetches what is missing of the last 60 days</source>
        <translation>पिछले 60 दिनों में जो नहीं है, उसे लाता है</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>रोकें</translation>
    </message>
    <message>
        <source>What was fetched is kept</source>
        <translation>जो आ चुका है, वह रहता है</translation>
    </message>
    <message>
        <source>Switch on</source>
        <translation>चालू करें</translation>
    </message>
</context>
<context>
    <name>QGnomeTheme</name>
    <message>
        <source>&amp;Save</source>
        <translation>सहेजें (&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>रद्द करें (&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>बंद करें (&amp;C)</translation>
    </message>
</context>
<context>
    <name>QPlatformTheme</name>
    <message>
        <source>Save</source>
        <translation>सहेजें</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>रद्द करें</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>बंद करें</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>सेटिंग्स</translation>
    </message>
    <message>
        <source>Wallets</source>
        <translation>वॉलेट</translation>
    </message>
    <message>
        <source>General</source>
        <translation>सामान्य</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>अलर्ट</translation>
    </message>
    <message>
        <source>Alerts elsewhere</source>
        <translation>अन्यत्र अलर्ट</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>पेज</translation>
    </message>
    <message>
        <source>Select the page to show</source>
        <translation>दिखाने के लिए पेज चुनें</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>हटाएँ</translation>
    </message>
    <message>
        <source>Remove {0} from deepvue-tray?</source>
        <translation>{0} को deepvue-tray से हटाएँ?</translation>
    </message>
    <message>
        <source>Its client secret is deleted from the keyring. Its history stays.</source>
        <translation>उसका सीक्रेट कीरिंग से मिट जाएगा। उसका इतिहास रहेगा।</translation>
    </message>
    <message>
        <source>Delete its &amp;history too</source>
        <translation>उसका इतिहास भी मिटाएँ (&amp;H)</translation>
    </message>
    <message>
        <source>Its readings cannot be restored</source>
        <translation>उसकी रीडिंग वापस नहीं आ सकतीं</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>हटाएँ (&amp;R)</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>हटाया जा रहा है…</translation>
    </message>
</context>
<context>
    <name>StackedBars</name>
    <message>
        <source>Spending by product</source>
        <translation>उत्पाद के अनुसार खर्च</translation>
    </message>
    <message>
        <source>Left and Right show the values of a bar.</source>
        <translation>बायाँ और दायाँ तीर किसी स्तंभ के मान दिखाते हैं।</translation>
    </message>
</context>
<context>
    <name>ThresholdField</name>
    <message>
        <source>When the credits may last this many days or fewer; 0 is off</source>
        <translation>जब क्रेडिट शायद इतने या कम दिन चलें; 0 यानी बंद</translation>
    </message>
    <message>
        <source>When this many credits or fewer are left; 0 is off</source>
        <translation>जब इतने या कम क्रेडिट बचें; 0 यानी बंद</translation>
    </message>
    <message>
        <source> days</source>
        <translation> दिन</translation>
    </message>
    <message>
        <source> credits</source>
        <translation> क्रेडिट</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>बंद</translation>
    </message>
</context>
<context>
    <name>WalletsPage</name>
    <message>
        <source>List of wallets</source>
        <translation>वॉलेट की सूची</translation>
    </message>
    <message>
        <source>Select the wallet to edit</source>
        <translation>बदलने के लिए वॉलेट चुनें</translation>
    </message>
    <message>
        <source>Tells this wallet from the others</source>
        <translation>इस वॉलेट को बाकी से अलग पहचानने के लिए</translation>
    </message>
    <message>
        <source>Low, in credits</source>
        <translation>कम, क्रेडिट में</translation>
    </message>
    <message>
        <source>Low, in days</source>
        <translation>कम, दिनों में</translation>
    </message>
    <message>
        <source>Critical, in credits</source>
        <translation>गंभीर, क्रेडिट में</translation>
    </message>
    <message>
        <source>Critical, in days</source>
        <translation>गंभीर, दिनों में</translation>
    </message>
    <message>
        <source>&amp;Watch this wallet</source>
        <translation>इस वॉलेट पर नज़र रखें (&amp;W)</translation>
    </message>
    <message>
        <source>No wallet yet.</source>
        <translation>अभी कोई वॉलेट नहीं है।</translation>
    </message>
    <message>
        <source>If off, the wallet is paused: its balance is not requested</source>
        <translation>बंद हो तो वॉलेट रुका रहता है: उसका बैलेंस नहीं पूछा जाता</translation>
    </message>
    <message>
        <source>Show spend&amp;ing by product</source>
        <translation>उत्पाद के अनुसार खर्च दिखाएँ (&amp;I)</translation>
    </message>
    <message>
        <source>Fetches the usage report of this wallet</source>
        <translation>इस वॉलेट की उपयोग रिपोर्ट लाता है</translation>
    </message>
    <message>
        <source>&amp;Add…</source>
        <translation>जोड़ें… (&amp;A)</translation>
    </message>
    <message>
        <source>Asks for the credentials of a wallet</source>
        <translation>वॉलेट के क्रेडेंशियल पूछता है</translation>
    </message>
    <message>
        <source>&amp;New secret…</source>
        <translation>नया सीक्रेट… (&amp;N)</translation>
    </message>
    <message>
        <source>Replaces the client secret in the keyring</source>
        <translation>कीरिंग में क्लाइंट सीक्रेट बदलता है</translation>
    </message>
    <message>
        <source>&amp;Remove…</source>
        <translation>हटाएँ… (&amp;R)</translation>
    </message>
    <message>
        <source>Removes the wallet, and its secret from the keyring</source>
        <translation>वॉलेट को, और उसका सीक्रेट कीरिंग से हटाता है</translation>
    </message>
    <message>
        <source>Add an&amp;other wallet…</source>
        <translation>एक और वॉलेट जोड़ें… (&amp;O)</translation>
    </message>
    <message>
        <source>Client ID:</source>
        <translation>क्लाइंट ID:</translation>
    </message>
    <message>
        <source>Na&amp;me:</source>
        <translation>नाम (&amp;M):</translation>
    </message>
    <message>
        <source>&amp;Low at:</source>
        <translation>कम (&amp;L):</translation>
    </message>
    <message>
        <source>Cri&amp;tical at:</source>
        <translation>गंभीर (&amp;T):</translation>
    </message>
    <message>
        <source>or</source>
        <translation>या</translation>
    </message>
</context>
<context>
    <name>about</name>
    <message>
        <source>Dashboard</source>
        <translation>डैशबोर्ड</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>स्टेटस</translation>
    </message>
    <message>
        <source>Documentation</source>
        <translation>दस्तावेज़</translation>
    </message>
    <message>
        <source>Settings:</source>
        <translation>सेटिंग्स:</translation>
    </message>
    <message>
        <source>History:</source>
        <translation>इतिहास:</translation>
    </message>
    <message>
        <source>Log:</source>
        <translation>लॉग:</translation>
    </message>
    <message>
        <source>About deepvue-tray</source>
        <translation>परिचय — deepvue-tray</translation>
    </message>
    <message>
        <source>Licence:</source>
        <translation>लाइसेंस:</translation>
    </message>
    <message>
        <source>With:</source>
        <translation>इनके साथ:</translation>
    </message>
    <message>
        <source>The balance of a prepaid Deepvue API wallet, and alerts before it runs out.</source>
        <translation>प्रीपेड Deepvue API वॉलेट का बैलेंस, और खत्म होने से पहले अलर्ट।</translation>
    </message>
</context>
<context>
    <name>card</name>
    <message>
        <source>{0} wallets</source>
        <translation>{0} वॉलेट</translation>
    </message>
    <message>
        <source>from the environment</source>
        <translation>एनवायरनमेंट से</translation>
    </message>
    <message>
        <source>next {0}</source>
        <translation>अगला {0}</translation>
    </message>
    <message>
        <source>about {0} a day</source>
        <translation>लगभग {0} प्रतिदिन</translation>
    </message>
    <message>
        <source>Enter the client ID and secret of your wallet.</source>
        <translation>अपने वॉलेट की क्लाइंट ID और सीक्रेट भरें।</translation>
    </message>
    <message>
        <source>Trying again now.</source>
        <translation>अभी फिर कोशिश हो रही है।</translation>
    </message>
    <message>
        <source>Trying again at {0}.</source>
        <translation>{0} पर फिर कोशिश होगी।</translation>
    </message>
    <message>
        <source>Alert command: {0}.</source>
        <translation>अलर्ट का कमांड: {0}।</translation>
    </message>
    <message>
        <source>Trying again automatically.</source>
        <translation>अपने आप फिर कोशिश होगी।</translation>
    </message>
    <message>
        <source>Trying again after {0}.</source>
        <translation>{0} के बाद फिर कोशिश होगी।</translation>
    </message>
    <message>
        <source>Snoozed until the next top-up</source>
        <translation>अलर्ट अगले टॉप-अप तक रुके हैं</translation>
    </message>
    <message>
        <source>Snoozed until {0}</source>
        <translation>अलर्ट {0} तक रुके हैं</translation>
    </message>
    <message>
        <source>Dashboard</source>
        <translation>डैशबोर्ड</translation>
    </message>
    <message>
        <source>Unlock…</source>
        <translation>अनलॉक करें…</translation>
    </message>
    <message>
        <source>Status page</source>
        <translation>स्टेटस पेज</translation>
    </message>
    <message>
        <source>Opens the Deepvue dashboard</source>
        <translation>Deepvue डैशबोर्ड खोलता है</translation>
    </message>
    <message>
        <source>Ends the snooze</source>
        <translation>अलर्ट फिर आने लगते हैं</translation>
    </message>
    <message>
        <source>Wallets</source>
        <translation>वॉलेट</translation>
    </message>
    <message>
        <source>The arrow keys choose the wallet that is shown below</source>
        <translation>तीर कुंजियाँ नीचे दिखने वाला वॉलेट चुनती हैं</translation>
    </message>
    <message>
        <source>Spent in the last 7 days</source>
        <translation>पिछले 7 दिनों का खर्च</translation>
    </message>
</context>
<context>
    <name>chart</name>
    <message>
        <source>From the usage report, without top-ups</source>
        <translation>उपयोग रिपोर्ट से, टॉप-अप के बिना</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>Credentials refused</source>
        <translation>क्रेडेंशियल अस्वीकृत</translation>
    </message>
    <message>
        <source>Rate limit reached</source>
        <translation>अनुरोधों की सीमा पूरी</translation>
    </message>
    <message>
        <source>The server has a problem</source>
        <translation>सर्वर में समस्या है</translation>
    </message>
    <message>
        <source>No connection</source>
        <translation>कनेक्शन नहीं है</translation>
    </message>
    <message>
        <source>No answer in time</source>
        <translation>समय पर जवाब नहीं मिला</translation>
    </message>
    <message>
        <source>Certificate not trusted</source>
        <translation>सर्टिफ़िकेट पर भरोसा नहीं</translation>
    </message>
    <message>
        <source>Set HTTPS_PROXY to a working http:// proxy, or list the server in NO_PROXY. SOCKS proxies are not supported.</source>
        <translation>HTTPS_PROXY में चालू http:// प्रॉक्सी दें, या सर्वर को NO_PROXY में लिखें। SOCKS प्रॉक्सी नहीं चलते।</translation>
    </message>
    <message>
        <source>Unexpected answer from the server</source>
        <translation>सर्वर से अनपेक्षित जवाब</translation>
    </message>
    <message>
        <source>Check whether a sign-in page or a proxy answers instead.</source>
        <translation>देखें कि कहीं साइन-इन पेज या प्रॉक्सी तो जवाब नहीं दे रहा।</translation>
    </message>
    <message>
        <source>On Linux, install GNOME Keyring or KWallet. Or set DEEPVUE_CLIENT_ID and DEEPVUE_CLIENT_SECRET.</source>
        <translation>Linux पर GNOME Keyring या KWallet इंस्टॉल करें। या DEEPVUE_CLIENT_ID और DEEPVUE_CLIENT_SECRET सेट करें।</translation>
    </message>
    <message>
        <source>The keyring reported an error</source>
        <translation>कीरिंग में त्रुटि हुई</translation>
    </message>
    <message>
        <source>The alert command failed</source>
        <translation>अलर्ट कमांड विफल रहा</translation>
    </message>
    <message>
        <source>Correct it, then test it in Settings or with deepvue-tray alert-test.</source>
        <translation>उसे ठीक करें, फिर सेटिंग्स में या deepvue-tray alert-test से जाँचें।</translation>
    </message>
    <message>
        <source>No alert command is set</source>
        <translation>कोई अलर्ट कमांड सेट नहीं है</translation>
    </message>
    <message>
        <source>Set one in Settings, or as alert_command in settings.json.</source>
        <translation>सेटिंग्स में, या settings.json में alert_command के रूप में सेट करें।</translation>
    </message>
    <message>
        <source>Internal error in deepvue-tray</source>
        <translation>deepvue-tray में आंतरिक त्रुटि</translation>
    </message>
    <message>
        <source>Proxy misconfigured</source>
        <translation>प्रॉक्सी गलत सेट है</translation>
    </message>
    <message>
        <source>Not set up</source>
        <translation>सेट अप नहीं है</translation>
    </message>
    <message>
        <source>Account inactive</source>
        <translation>खाता निष्क्रिय है</translation>
    </message>
    <message>
        <source>Compare the client ID and secret with the Deepvue dashboard.</source>
        <translation>क्लाइंट ID और सीक्रेट को Deepvue डैशबोर्ड से मिलाएँ।</translation>
    </message>
    <message>
        <source>Check the account in the Deepvue dashboard, or ask Deepvue support.</source>
        <translation>Deepvue डैशबोर्ड में खाता जाँचें, या Deepvue सपोर्ट से पूछें।</translation>
    </message>
    <message>
        <source>Wait a few minutes. Your own API requests count too.</source>
        <translation>कुछ मिनट रुकें। आपके अपने API अनुरोध भी गिने जाते हैं।</translation>
    </message>
    <message>
        <source>Check the status page.</source>
        <translation>स्टेटस पेज देखें।</translation>
    </message>
    <message>
        <source>Check the network and the proxy.</source>
        <translation>नेटवर्क और प्रॉक्सी जाँचें।</translation>
    </message>
    <message>
        <source>The network or the server is slow.</source>
        <translation>नेटवर्क या सर्वर धीमा है।</translation>
    </message>
    <message>
        <source>Add your company&apos;s certificate to the system&apos;s store, or correct the clock.</source>
        <translation>अपनी कंपनी का सर्टिफ़िकेट सिस्टम में जोड़ें, या घड़ी ठीक करें।</translation>
    </message>
    <message>
        <source>Enter the client ID and secret in Settings, or run deepvue-tray login.</source>
        <translation>सेटिंग्स में क्लाइंट ID और सीक्रेट भरें, या deepvue-tray login चलाएँ।</translation>
    </message>
    <message>
        <source>Invalid value</source>
        <translation>गलत मान</translation>
    </message>
    <message>
        <source>Correct it and try again.</source>
        <translation>ठीक करके फिर कोशिश करें।</translation>
    </message>
    <message>
        <source>The keyring is locked</source>
        <translation>कीरिंग लॉक है</translation>
    </message>
    <message>
        <source>Unlock it. Your secret is still in it.</source>
        <translation>उसे अनलॉक करें। आपका सीक्रेट उसी में है।</translation>
    </message>
    <message>
        <source>No keyring</source>
        <translation>कीरिंग नहीं है</translation>
    </message>
    <message>
        <source>Check that your keyring application works.</source>
        <translation>देखें कि आपका कीरिंग ऐप चल रहा है।</translation>
    </message>
    <message>
        <source>Check its permissions and the free disk space.</source>
        <translation>उसकी अनुमतियाँ और डिस्क की खाली जगह जाँचें।</translation>
    </message>
    <message>
        <source>It was renamed, and a new one begun. Nothing was deleted.</source>
        <translation>उसका नाम बदला गया और नई फ़ाइल बनाई गई। कुछ मिटाया नहीं गया।</translation>
    </message>
    <message>
        <source>Please report it, with the log.</source>
        <translation>कृपया लॉग के साथ इसकी सूचना दें।</translation>
    </message>
    <message>
        <source>A file could not be used</source>
        <translation>एक फ़ाइल काम नहीं आ सकी</translation>
    </message>
    <message>
        <source>A file was damaged</source>
        <translation>एक फ़ाइल खराब थी</translation>
    </message>
</context>
<context>
    <name>history</name>
    <message>
        <source>Spent per hour</source>
        <translation>प्रति घंटा खर्च</translation>
    </message>
    <message>
        <source>Spent per day</source>
        <translation>प्रतिदिन खर्च</translation>
    </message>
    <message>
        <source>Spent per week</source>
        <translation>प्रति सप्ताह खर्च</translation>
    </message>
    <message>
        <source>Spent per month</source>
        <translation>प्रति माह खर्च</translation>
    </message>
    <message>
        <source>MMMM yyyy</source>
        <translation>MMMM yyyy</translation>
    </message>
    <message>
        <source>Spent in {0}</source>
        <translation>{0} में खर्च</translation>
    </message>
    <message>
        <source>{0} years</source>
        <translation>{0} साल</translation>
    </message>
    <message>
        <source>Average a day</source>
        <translation>औसत प्रतिदिन</translation>
    </message>
    <message>
        <source>Compared with the same time before</source>
        <translation>उतने ही पिछले समय की तुलना में</translation>
    </message>
    <message>
        <source>{0} so far</source>
        <translation>{0} में अब तक</translation>
    </message>
    <message>
        <source>Top-ups</source>
        <translation>टॉप-अप</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0} %</translation>
    </message>
    <message>
        <source>last {0}</source>
        <translation>पिछला {0}</translation>
    </message>
</context>
<context>
    <name>settings</name>
    <message>
        <source>Must be from 1 to 1,000,000,000 credits.</source>
        <translation>1 से 1,00,00,00,000 क्रेडिट तक होना चाहिए।</translation>
    </message>
    <message>
        <source>Must be from 1 to 365 days.</source>
        <translation>1 से 365 दिन तक होना चाहिए।</translation>
    </message>
    <message>
        <source>Must be below the low threshold.</source>
        <translation>&quot;कम&quot; की सीमा से नीचे होना चाहिए।</translation>
    </message>
    <message>
        <source>Must begin with the absolute path of a program.</source>
        <translation>किसी प्रोग्राम के पूरे पथ से शुरू होना चाहिए।</translation>
    </message>
    <message>
        <source>Must not be a batch file; name its interpreter.</source>
        <translation>बैच फ़ाइल नहीं होनी चाहिए; उसे चलाने वाला प्रोग्राम लिखें।</translation>
    </message>
    <message>
        <source>Must have at most 10,000 characters in 100 parts.</source>
        <translation>100 भागों में अधिकतम 10,000 वर्ण होने चाहिए।</translation>
    </message>
    <message>
        <source>Must not contain NUL or unpaired surrogates.</source>
        <translation>NUL या अधूरे सरोगेट वर्ण नहीं होने चाहिए।</translation>
    </message>
</context>
<context>
    <name>texts</name>
    <message>
        <source>{0} credit</source>
        <translation>{0} क्रेडिट</translation>
    </message>
    <message>
        <source>{0} credits</source>
        <translation>{0} क्रेडिट</translation>
    </message>
    <message>
        <source>ddd d MMM</source>
        <translation>ddd d MMM</translation>
    </message>
    <message>
        <source>tomorrow {0}</source>
        <translation>कल {0}</translation>
    </message>
    <message>
        <source>tonight {0}</source>
        <translation>आज रात {0}</translation>
    </message>
    <message>
        <source>today {0}</source>
        <translation>आज {0}</translation>
    </message>
    <message>
        <source>d MMM yyyy</source>
        <translation>d MMM yyyy</translation>
    </message>
    <message>
        <source>{0} minute</source>
        <translation>{0} मिनट</translation>
    </message>
    <message>
        <source>{0} minutes</source>
        <translation>{0} मिनट</translation>
    </message>
    <message>
        <source>{0} hour</source>
        <translation>{0} घंटा</translation>
    </message>
    <message>
        <source>{0} hours</source>
        <translation>{0} घंटे</translation>
    </message>
    <message>
        <source>{0} day</source>
        <translation>{0} दिन</translation>
    </message>
    <message>
        <source>{0} days</source>
        <translation>{0} दिन</translation>
    </message>
    <message>
        <source>{0} month</source>
        <translation>{0} महीना</translation>
    </message>
    <message>
        <source>{0} months</source>
        <translation>{0} महीने</translation>
    </message>
    <message>
        <source>ddd d</source>
        <translation>ddd d</translation>
    </message>
    <message>
        <source>d MMM</source>
        <translation>d MMM</translation>
    </message>
    <message>
        <source>MMM yyyy</source>
        <translation>MMM yyyy</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>कम</translation>
    </message>
    <message>
        <source>Critical</source>
        <translation>गंभीर</translation>
    </message>
    <message>
        <source>maybe {0}</source>
        <translation>शायद {0}</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>खाली</translation>
    </message>
    <message>
        <source>may be empty by now</source>
        <translation>अब तक शायद खाली</translation>
    </message>
    <message>
        <source>more than a year left</source>
        <translation>एक साल से ज़्यादा बाकी</translation>
    </message>
    <message>
        <source>about {0} left</source>
        <translation>लगभग {0} बाकी</translation>
    </message>
    <message>
        <source>at least {0}</source>
        <translation>कम से कम {0}</translation>
    </message>
    <message>
        <source>Internal error in deepvue-tray</source>
        <translation>deepvue-tray में आंतरिक त्रुटि</translation>
    </message>
    <message>
        <source>between {0} and {1}</source>
        <translation>{0} से {1} के बीच</translation>
    </message>
    <message>
        <source>Demo</source>
        <translation>डेमो</translation>
    </message>
    <message>
        <source>{0}.</source>
        <translation>{0}।</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>खाली</translation>
    </message>
    <message>
        <source>{0} or less</source>
        <translation>{0} या कम</translation>
    </message>
    <message>
        <source>forecast after a day of use</source>
        <translation>एक दिन के उपयोग के बाद अनुमान</translation>
    </message>
    <message>
        <source>{0}, until {1}</source>
        <translation>{0}, {1} तक</translation>
    </message>
    <message>
        <source>Snooze alerts</source>
        <translation>अलर्ट रोकें</translation>
    </message>
    <message>
        <source>Alerts snoozed until the next top-up</source>
        <translation>अलर्ट अगले टॉप-अप तक रुके हैं</translation>
    </message>
    <message>
        <source>Alerts snoozed until {0}</source>
        <translation>अलर्ट {0} तक रुके हैं</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>खोलें</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>ताज़ा करें</translation>
    </message>
    <message>
        <source>History…</source>
        <translation>इतिहास…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>सेटिंग्स…</translation>
    </message>
    <message>
        <source>Set up…</source>
        <translation>सेट अप करें…</translation>
    </message>
    <message>
        <source>Unlock the keyring…</source>
        <translation>कीरिंग अनलॉक करें…</translation>
    </message>
    <message>
        <source>Open status page</source>
        <translation>स्टेटस पेज खोलें</translation>
    </message>
    <message>
        <source>Top up…</source>
        <translation>टॉप-अप करें…</translation>
    </message>
    <message>
        <source>Resume alerts</source>
        <translation>अलर्ट चालू करें</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>जाँच हो रही है…</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>रुका हुआ</translation>
    </message>
    <message>
        <source>Out of date</source>
        <translation>पुराना</translation>
    </message>
    <message>
        <source>Open dashboard</source>
        <translation>डैशबोर्ड खोलें</translation>
    </message>
    <message>
        <source>1 hour</source>
        <translation>1 घंटा</translation>
    </message>
    <message>
        <source>Until tomorrow morning</source>
        <translation>कल सुबह तक</translation>
    </message>
    <message>
        <source>Until the next top-up</source>
        <translation>अगले टॉप-अप तक</translation>
    </message>
    <message>
        <source>About</source>
        <translation>परिचय</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>बंद करें</translation>
    </message>
    <message>
        <source>Credentials, thresholds and alerts</source>
        <translation>क्रेडेंशियल, सीमाएँ और अलर्ट</translation>
    </message>
    <message>
        <source>Asks for the client ID and the secret</source>
        <translation>क्लाइंट ID और सीक्रेट पूछता है</translation>
    </message>
    <message>
        <source>as of {0}</source>
        <translation>अपडेट {0}</translation>
    </message>
    <message>
        <source>The Deepvue account is inactive</source>
        <translation>Deepvue खाता निष्क्रिय है</translation>
    </message>
    <message>
        <source>Deepvue refuses the credentials</source>
        <translation>Deepvue क्रेडेंशियल नहीं मान रहा</translation>
    </message>
    <message>
        <source>Gets the balance from the server</source>
        <translation>सर्वर से बैलेंस लाता है</translation>
    </message>
    <message>
        <source>Balance and spending over time</source>
        <translation>समय के साथ बैलेंस और खर्च</translation>
    </message>
    <message>
        <source>Opens the keyring&apos;s password prompt</source>
        <translation>कीरिंग के पासवर्ड की विंडो खोलता है</translation>
    </message>
    <message>
        <source>Shows known problems of the server</source>
        <translation>सर्वर की ज्ञात समस्याएँ दिखाता है</translation>
    </message>
    <message>
        <source>Credits were added</source>
        <translation>क्रेडिट जोड़े गए</translation>
    </message>
    <message>
        <source>No Deepvue credits left</source>
        <translation>Deepvue क्रेडिट खत्म</translation>
    </message>
    <message>
        <source>Spending far faster than usual, mostly on {0}</source>
        <translation>खर्च सामान्य से बहुत तेज़, ज़्यादातर {0} पर</translation>
    </message>
    <message>
        <source>Spending far faster than usual</source>
        <translation>खर्च सामान्य से बहुत तेज़</translation>
    </message>
    <message>
        <source>{0} credit was added</source>
        <translation>{0} क्रेडिट जोड़ा गया</translation>
    </message>
    <message>
        <source>{0} credits were added</source>
        <translation>{0} क्रेडिट जोड़े गए</translation>
    </message>
    <message>
        <source>Deepvue balance unknown</source>
        <translation>Deepvue बैलेंस पता नहीं</translation>
    </message>
    <message>
        <source>Deepvue balance unknown since {0}</source>
        <translation>{0} से Deepvue बैलेंस पता नहीं</translation>
    </message>
    <message>
        <source>{0} Deepvue credit left</source>
        <translation>{0} Deepvue क्रेडिट बाकी</translation>
    </message>
    <message>
        <source>{0} Deepvue credits left</source>
        <translation>{0} Deepvue क्रेडिट बाकी</translation>
    </message>
    <message>
        <source>Snooze until morning</source>
        <translation>सुबह तक रोकें</translation>
    </message>
    <message>
        <source>Top up</source>
        <translation>टॉप-अप करें</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>सेटिंग्स</translation>
    </message>
    <message>
        <source>It keeps running. Please report the error, with the log.</source>
        <translation>वह चलता रहेगा। कृपया लॉग के साथ त्रुटि की सूचना दें।</translation>
    </message>
    <message>
        <source>Refresh (next try {0})</source>
        <translation>ताज़ा करें (अगली कोशिश {0})</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>और {0} वॉलेट</translation>
    </message>
    <message>
        <source>Only the environment&apos;s wallet is watched</source>
        <translation>केवल एनवायरनमेंट के वॉलेट पर नज़र है</translation>
    </message>
    <message>
        <source>Paid calls fail until credits are added</source>
        <translation>क्रेडिट जुड़ने तक सशुल्क कॉल विफल होंगी</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>आज</translation>
    </message>
</context>
<context>
    <name>usage</name>
    <message>
        <source>Mostly {0} ({1})</source>
        <translation>ज़्यादातर {0} ({1})</translation>
    </message>
    <message>
        <source>Deepvue&apos;s usage report shows which products spend the credits. It is requested once an hour. Only sums by hour, product and outcome are kept.</source>
        <translation>Deepvue की उपयोग रिपोर्ट दिखाती है कि क्रेडिट किन उत्पादों पर खर्च होते हैं। इसे हर घंटे एक बार माँगा जाता है। घंटे, उत्पाद और परिणाम के अनुसार केवल योग रखे जाते हैं।</translation>
    </message>
    <message>
        <source>{0} of {1} days</source>
        <translation>{1} में से {0} दिन</translation>
    </message>
    <message>
        <source>The balance fell by {0}; the report has charges of {1}.</source>
        <translation>शेष राशि {0} घटी; रिपोर्ट में {1} का शुल्क है।</translation>
    </message>
    <message>
        <source>No report yet for {0} of this range.</source>
        <translation>इस अवधि के {0} की रिपोर्ट अभी नहीं है।</translation>
    </message>
    <message>
        <source>Others</source>
        <translation>अन्य</translation>
    </message>
</context>
<context>
    <name>wallets</name>
    <message>
        <source>Enter a name.</source>
        <translation>नाम भरें।</translation>
    </message>
    <message>
        <source>At most {0} characters.</source>
        <translation>अधिक से अधिक {0} वर्ण।</translation>
    </message>
    <message>
        <source>Another wallet has this name.</source>
        <translation>किसी और वॉलेट का यही नाम है।</translation>
    </message>
    <message>
        <source>DEEPVUE_CLIENT_ID or DEEPVUE_CLIENT_SECRET is set, so only that wallet is watched.</source>
        <translation>DEEPVUE_CLIENT_ID या DEEPVUE_CLIENT_SECRET सेट है, इसलिए केवल उसी वॉलेट पर नज़र है।</translation>
    </message>
</context>
</TS>
