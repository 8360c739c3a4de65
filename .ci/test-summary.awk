# Totals of JUnit reports, after each skipped test with its reason. Input: the XML files, one after the other.
BEGIN { RS = "<" }
function attribute(name) {
    if (!match($0, "[ \n]" name "=\"[^\"]*\"")) return ""
    text = substr($0, RSTART, RLENGTH); sub(/^[^"]*"/, "", text); sub(/"$/, "", text); sub(/&#10;.*/, "", text)
    gsub(/&quot;/, "\"", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
    return text
}
/^testsuite[ \n]/ { tests += attribute("tests"); failed += attribute("failures") + attribute("errors"); skipped += attribute("skipped") }
/^testcase[ \n]/ { test = attribute("classname") "." attribute("name") }
/^skipped/ { why = attribute("message"); if (why != "") print "skipped: " test ": " why; else pending = 1; next }
pending && /^!\[CDATA\[/ { # an assumption's message stands in the text, after the exception's name
    why = $0; sub(/^!\[CDATA\[[^ ]*: /, "", why); sub(/\n.*/, "", why); sub(/\]\]>.*/, "", why)
}
pending { print "skipped: " test ": " (why == "" ? "no reason given" : why); pending = 0 }
END { printf "%d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped }
