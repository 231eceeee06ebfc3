# Turns chapters of the rule book into one page with an anchor for each rule.
function escaped(text) {
  gsub(/&/, "\\&amp;", text)
  gsub(/</, "\\&lt;", text)
  gsub(/>/, "\\&gt;", text)
  return text
}
BEGIN {
  print "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>The rule book of jccl</title>"
  print "<style>body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"
  print "pre{white-space:pre-wrap;font:inherit;margin:0}h3:target{background:#ffd}</style>"
  print "<h1>The rule book of jccl</h1><pre>"
}
/^# / { printf "</pre><h2>%s</h2><pre>\n", escaped(substr($0, 3)); next }
/^## / { printf "</pre><h2>%s</h2><pre>\n", escaped(substr($0, 4)); next }
/^### / { printf "</pre><h3 id=\"%s\">%s</h3><pre>\n", $2, escaped(substr($0, 5)); next }
{ print escaped($0) }
END { print "</pre></html>" }
