// SPDX-License-Identifier: BSD-3-Clause
// The page needs no network and shows all without its script, which adds a field to filter the rows.

#include "readiness/readiness_page.h"

static const char style[] =
	":root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b1f24;--soft:#57606a;"
	"--line:#d5dae1;--bad:#b3261e;--bad-back:#fbeae9;--good:#1a6b34;--warn:#7a4d00;--bar:#"
	"c9463d;"
	"--mark:#e8ebf0}"
	"@media (prefers-color-scheme:dark){:root{--page:#14171b;--card:#1d2126;--ink:#e6e9ed;"
	"--soft:#a3acb7;--line:#363d46;--bad:#ff9d94;--bad-back:#3b2321;--good:#7fd49a;"
	"--warn:#f0c26a;--bar:#d9675f;--mark:#2b3139}}"
	"*{box-sizing:border-box}"
	"body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:82rem;background:var(--page);"
	"color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
	"'DejaVu Sans',sans-serif}"
	"h1{font-size:1.75rem;line-height:1.2;margin:0 0 .35rem}"
	"h2{font-size:1.2rem;margin:2.5rem 0 .75rem}"
	"p{margin:.35rem 0}.soft{color:var(--soft)}"
	".notice{margin:1rem 0;padding:.75rem 1rem;border:1px solid var(--bad);"
	"border-left-width:.4rem;border-radius:.4rem;background:var(--bad-back)}"
	".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;"
	"margin:1.25rem 0 0;padding:0;list-style:none}"
	".tiles li,.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;"
	"padding:.8rem 1rem}"
	".tiles b{display:block;font-size:1.9rem;line-height:1.2;font-variant-numeric:tabular-nums}"
	".bad{color:var(--bad)}.good{color:var(--good)}.warn{color:var(--warn)}"
	".wide{overflow-x:auto;background:var(--card);border:1px solid var(--line);"
	"border-radius:.5rem}"
	"table{border-collapse:collapse;width:100%;font-size:.92rem}"
	"th,td{padding:.5rem .8rem;text-align:left;vertical-align:top;"
	"border-bottom:1px solid var(--line)}"
	"tbody tr:last-child>*{border-bottom:0}"
	"thead th{font-size:.8rem;color:var(--soft);font-weight:600;white-space:nowrap;"
	"background:var(--card)}"
	"tbody th{font-weight:600}.num{text-align:right;font-variant-numeric:tabular-nums;"
	"white-space:nowrap}"
	".id,.why,.check,.card,small{overflow-wrap:anywhere}"
	".id{width:26%;min-width:13rem}.check{width:19%;min-width:11rem}"
	".why{width:32%;min-width:17rem}"
	"small{display:block;color:var(--soft);font-size:.82rem;font-weight:400}"
	".code{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:.9em;"
	"font-weight:600}"
	".unseen{display:inline-block;white-space:nowrap;border:1px solid var(--bad);"
	"font:.75em ui-monospace,'DejaVu Sans Mono',monospace;"
	"color:var(--bad);border-radius:.2rem;padding:0 .15rem;margin:0 .1rem}"
	".bar{display:block;width:8rem;height:.6rem;margin:.45rem 0;border-radius:.3rem;"
	"background:var(--mark)}"
	".bar i{display:block;height:100%;min-width:2px;border-radius:.3rem;background:var(--bar)}"
	".cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:.75rem}"
	".card h3{font-size:1rem;margin:0}"
	".filter{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:center;margin:0 0 .75rem}"
	".filter input{font:inherit;color:inherit;background:var(--card);"
	"border:1px solid var(--soft);border-radius:.4rem;padding:.35rem .6rem;width:22rem;"
	"max-width:100%}"
	":focus-visible{outline:3px solid #4c8dff;outline-offset:2px}"
	"@page{size:A4 landscape;margin:12mm}"
	"@media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#333;--line:#999;--bad:#900;"
	"--bad-back:#fff;--good:#060;--warn:#640;--bar:#900;--mark:#ddd}"
	"body{max-width:none;padding:0;font-size:9pt}.filter{display:none}"
	".wide{overflow:visible;border:0}thead{display:table-header-group}"
	"tr,.card,.tiles li{break-inside:avoid}h2{break-after:avoid}"
	".bar i{print-color-adjust:exact;-webkit-print-color-adjust:exact}"
	".id,.why,.check{min-width:0}.tiles{grid-template-columns:repeat(6,1fr)}"
	"th,td{padding:.3rem .4rem}}";

const char readiness_page_script[] =
	"\"use strict\";(function(){"
	"var body=document.getElementById(\"failing\");if(!body){return;}"
	"var rows=Array.from(body.rows),box=document.createElement(\"div\"),"
	"label=document.createElement(\"label\"),input=document.createElement(\"input\"),"
	"count=document.createElement(\"span\");"
	"box.className=\"filter\";label.htmlFor=input.id=\"filter\";"
	"label.textContent=\"Show only rows with\";"
	"input.type=\"search\";input.placeholder=\"name, code, perspective\";"
	"count.setAttribute(\"role\",\"status\");count.className=\"soft\";"
	"var texts=rows.map(function(row){return row.textContent.toLowerCase();});"
	"function show(){var words=input.value.toLowerCase().split(/\\s+/).filter(Boolean),shown=0;"
	"rows.forEach(function(row,i){var fits=words.every(function(word){"
	"return texts[i].includes(word);});row.hidden=!fits;shown+=fits?1:0;});"
	"count.textContent=shown+\" of \"+rows.length+\" rows\";}"
	"input.addEventListener(\"input\",show);"
	"box.append(label,input,count);"
	"var wide=body.closest(\".wide\");wide.parentNode.insertBefore(box,wide);show();"
	"})();";

void readiness_page_begin(FILE *out)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; "
		"form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<title>Readiness for enforcement</title>\n<style>%s</style>\n</head>\n<body>\n",
		READINESS_SCRIPT_DIGEST, style);
}

void readiness_page_end(FILE *out)
{
	fprintf(out, "<script>%s</script>\n</body>\n</html>\n", readiness_page_script);
}
