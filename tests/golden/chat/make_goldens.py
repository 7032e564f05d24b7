#!/usr/bin/env python3
"""Writes cases.json beside this file: small templates and what Jinja2, set up as transformers sets it up, makes of them.

    python3 -m venv venv && venv/bin/pip install transformers==5.23.0 jinja2==3.1.6
    venv/bin/python tests/golden/chat/make_goldens.py

Each case is [template, output], or [template, null, error] where Jinja2 refuses. All are rendered with CONTEXT.
"""
import datetime
import json
import pathlib

import transformers.utils.chat_template_utils as chat_templates

HERE = pathlib.Path(__file__).parent

CONTEXT = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "  Hi <b>\"you\"</b> & 'me'\n"},
        {"role": "assistant", "content": "Hällo Wörld ✓", "tool_calls": [
            {"function": {"name": "f", "arguments": {"x": 1, "y": [1.5, None, True], "z": {"é": "ü"}}}}]},
    ],
    "add_generation_prompt": True,
    "bos_token": "<s>",
    "tools": None,
    "s": "Hello, World", "u": "ÄÖ ß ü€😀", "empty": "", "lines": "a\n\n b\r\nc\n",
    "n": 7, "m": -3, "f": 2.5, "big": 123456789012, "t": True, "nope": False, "nil": None,
    "xs": [3, 1, 2], "words": ["b", "A", "c", "a"], "nested": [[1, 2], [3, [4]]],
    "d": {"b": 1, "a": 2, "C": 3, "items": "own"}, "people": [
        {"name": "Bo", "age": 3, "tags": ["x"]}, {"name": "al", "age": 1}, {"name": "Cy", "age": 3, "tags": []}],
}

# One line holds several, with @@ between them.
EXPRESSIONS = r"""
1 + 2 * 3 - 4 @@ 7 // 2 @@ -7 // 2 @@ 7 // -2 @@ 7 % 3 @@ -7 % 3 @@ 7 % -3 @@ -7.5 % 2 @@ 7.5 // 2 @@ -7.5 // 2 @@ 7 / 2 @@ 8 / 2 @@ 2 ** 10
2 ** -1 @@ 2 ** 0.5
-2 ** 2 @@ 2 ** 3 ** 2 @@ 1 / 0 @@ 1 % 0 @@ 1.0 // 0 @@ 0 ** -1 @@ 9223372036854775807 @@ 1_000 @@ 0x1F + 0b11 + 0o17 @@ 1e3 @@ 1.5e-7
1e16 @@ 1e15 @@ 123456789.123 @@ 0.1 + 0.2
1e22 @@ 5e-324 @@ 1.0 @@ -0.0 @@ 1e100 @@ 100000000000000000.0 @@ 0.0001 @@ 0.00001 @@ 3.0 * 2 @@ t + 1 @@ t + t @@ nope * 3 @@ "ab" * 3
3 * "ab" @@ "ab" * -1 @@ [1] * 2 @@ 2 * (1, 2)
[1] + [2] @@ (1,) + (2, 3) @@ [1] + (2,) @@ "a" + 1 @@ 1 + "a" @@ "a" + nil @@ nil + "a" @@ "a" + missing @@ missing + 1 @@ [] + nil
"a" ~ 1 ~ nil ~ missing ~ 1.0 ~ t
1 ~ 2 + 3 @@ 1 + 2 ~ 3 @@ - 3 @@ + t @@ -s @@ -missing @@ not 1 @@ not "" @@ not missing @@ not nil and 1
1 < 2 < 3 @@ 1 < 3 < 2 @@ 3 > 2 >= 2 != 1 @@ 1 == 1.0 @@ 1 == t @@ "a" < "b" @@ "a" < 1 @@ [1, 2] < [1, 3] @@ (1,) < (1, 2) @@ nil < 1
nil == nil @@ missing == missing @@ missing == nil @@ missing < 1
"a" == "a" @@ [1, [2]] == [1, [2]] @@ [1] == (1,) @@ {"a": 1, "b": 2} == {"b": 2, "a": 1} @@ 1 in xs @@ 5 not in xs @@ "el" in s @@ "" in ""
1 in s @@ "b" in d @@ 1 in missing @@ 1 in nil @@ [1, 2] in nested @@ nil in [nil]
1 and 2 @@ 0 or "x" @@ "" or missing @@ nil or 0 @@ 0 and x.y @@ 1 or x.y @@ 1 if t @@ 1 if nope @@ 1 if nope else 2
(1 if nope else 2 if nope else 3) @@ 1 if missing else 2
s[0] @@ s[-1] @@ s[99] @@ s[1:4] @@ s[::-1] @@ s[::2] @@ s[-3:] @@ s[:-3] @@ s[5:2] @@ s[10:0:-3] @@ s[99:] @@ s[::0] @@ u[1] @@ u[-1]
u[::-1] @@ u[3:5] @@ s["upper"]() @@ xs[0] @@ xs[-1] @@ xs[3] @@ xs[::-1] @@ xs[1:] @@ xs[:1] @@ xs["0"] @@ xs[1.0] @@ xs[t]
(1, 2, 3)[1:] @@ d["b"] @@ d["zz"] @@ d.b @@ d.zz @@ d.zz.y @@ d["zz"]["y"] @@ d.items @@ d["items"] @@ d[nil] @@ d[xs] @@ missing.x
missing[0] @@ nil.x @@ nil[0] @@ n.x @@ messages[0].role @@ messages[0]["content"] @@ messages[-1].tool_calls[0].function.arguments.y[0]
xs.0 @@ messages.0.role
xs.append(4) @@ d.pop("a") @@ d.update({}) @@ xs.sort() @@ d.get("b") @@ d.get("zz") @@ d.get("zz", 5) @@ d.items()
d.keys() @@ d.values() @@ d.items()|list @@ d.keys()|list @@ d.copy() == d @@ xs.index(2) @@ xs.index(9) @@ xs.count(1) @@ d.nope() @@ nil()
s() @@ missing()
s.upper() @@ s.lower() @@ u.upper() @@ u.lower() @@ s.title() @@ s.capitalize() @@ s.swapcase() is string @@ s.strip("Hd") @@ "  x ".strip()
"  x ".lstrip() ~ "|" @@ "  x ".rstrip() ~ "|" @@ "xxaxx".strip("x") @@ "xxaxx".lstrip("x") @@ "xxaxx".rstrip("x") @@ "abc".strip("")
"\u00a0 x\u2003".strip()
s.split() @@ s.split(",") @@ s.split("l", 1) @@ s.rsplit("l", 1) @@ " a  b ".split() @@ " a  b c ".split(none, 1)
" a  b c ".rsplit(none, 1) @@ "".split() @@ "".split(",") @@ "a,b,".split(",") @@ "a".split("") @@ s.split(sep="o", maxsplit=1)
"abab".split("ab") @@ "aXbXc".rsplit("X")
lines.splitlines() @@ lines.splitlines(true) @@ "".splitlines() @@ s.startswith("He") @@ s.startswith(("x", "He")) @@ s.startswith("l", 2)
s.endswith("ld") @@ s.endswith(["a"]) @@ s.startswith(1) @@ s.replace("l", "L") @@ s.replace("l", "L", 1) @@ "abc".replace("", "-")
"aaa".replace("aa", "b") @@ s.replace("zz", "")
s.find("o") @@ s.rfind("o") @@ s.find("zz") @@ s.index("zz") @@ s.index("W") @@ u.find("€") @@ s.find("o", 5) @@ s.count("l")
"aaa".count("aa") @@ "abc".count("") @@ "-".join(["a", "b"]) @@ "-".join("abc") @@ "-".join([1]) @@ "".join([]) @@ s.removeprefix("He")
s.removesuffix("ld") @@ s.removeprefix("x")
s.partition(", ") @@ s.rpartition("o") @@ s.partition("zz") @@ s.rpartition("zz") @@ "ab".center(6) @@ "ab".center(5)
"abc".center(6, "*") @@ "ab".ljust(5) ~ "|" @@ "ab".rjust(5, ".") @@ "7".zfill(3) @@ "-7".zfill(4) @@ "ab".center(1)
"12".isdigit() @@ "1a".isdigit() @@ "".isdigit() @@ "ab".isalpha() @@ "aä".isalpha() @@ "a1".isalnum() @@ " \n".isspace() @@ "AB".isupper()
"Ab".isupper() @@ "ab1".islower() @@ "1".islower()
"{} {}".format(1, "a") @@ "{1} {0}".format(1, 2) @@ "{a}{b}".format(a=1, b=nil) @@ "{0.role}".format(messages[0])
"{0[role]}".format(messages[0]) @@ "{:>5}|{:<5}|{:^5}".format("a", "b", "c") @@ "{:05d}".format(42) @@ "{:+.2f}".format(3.14159)
"{:,}".format(1234567) @@ "{:x}".format(255) @@ "{:#x}".format(255) @@ "{:%}".format(0.25) @@ "{!r}".format("a") @@ "{{}}".format()
"{".format() @@ "{}".format() @@ "{:>{}}".format("a", 4) @@ "{:e}".format(12345.678) @@ "{:*^7}".format("ab") @@ "{:.2}".format("abc")
"{:d}".format("a") @@ "{:g}".format(0.00001) @@ "{:5}|".format(3) @@ "{0}{}".format(1, 2)
"%s and %s" % ("a", 1) @@ "%d" % 3.7 @@ "%5d|%-5d|%05d" % (1, 2, 3) @@ "%.2f" % 2.675 @@ "%x %X %o" % (255, 255, 8) @@ "%r" % "a"
"%%" % () @@ "%s" % nil @@ "%s" % [1, "a"] @@ "%(a)s" % {"a": 1} @@ "%s" % () @@ "%d" % "a" @@ "x" % 1 @@ "%c" % 65 @@ "%e" % 1234.5
"%g" % 0.0001 @@ "%+d % d" % (1, 2) @@ "%s" % (1, 2) @@ "%5s|%-5s|" % ("a", "b") @@ "%.1s" % "abc" @@ "%s" % missing

[1, 2.0, "a'b", 'q"', nil, t, missing, (1,), (), {}, {"a": [1]}]|{"a": 1, 2: "b", nil: 3, t: 4}|(1, 2)|"a\nb\t\\"|["a\nb\t\\\x00\x7f\u00e9\u200b😀"]|[u]|{1: 1, 1.0: 2, t: 3}|{[1]: 2}|{(1, 2): 3}|[[]]|{"a": {}}
s|length @@ u|length @@ xs|length @@ d|length @@ missing|length @@ nil|length @@ n|length @@ s|count @@ messages|length
s|upper @@ s|lower @@ nil|upper @@ missing|upper @@ n|upper @@ "hello world-foo (bar)"|title @@ "heLLO"|capitalize @@ "  x "|trim
"xxaxx"|trim("x") @@ n|trim @@ s|replace("l", "L") @@ s|replace("l", "L", 1) @@ n|replace(7, 8) @@ s|center(20) @@ s|wordcount @@ s|reverse
xs|reverse|list @@ lines|indent @@ lines|indent(2) @@ lines|indent(2, true) @@ lines|indent(2, true, true) @@ lines|indent("> ")
""|indent @@ n|indent
"foo bar baz qux"|truncate(9) @@ "foo bar baz qux"|truncate(9, true) @@ "foo bar baz qux"|truncate(11)
"foo bar baz qux"|truncate(11, false, "...", 0) @@ "%s-%s"|format(1, 2) @@ "%(a)s"|format(a=1) @@ s|string @@ n|string ~ 1 @@ f|string
nil|string @@ xs|string
missing|default("x") @@ nil|default("x") @@ nil|default("x", true) @@ ""|d("x", boolean=true) @@ missing|default @@ missing|d(1) + 1
0|default(5) @@ d.zz|default("q") @@ d.zz.y|default("q")
"42"|int @@ "42.9"|int @@ "x"|int @@ "x"|int(-1) @@ " 7 "|int @@ "0x1f"|int(0, 16) @@ "1_0"|int @@ 3.9|int @@ -3.9|int @@ nil|int @@ t|int
"3.5"|float @@ "x"|float @@ "x"|float(1.5) @@ 2|float @@ nil|float @@ "1e3"|float @@ missing|int @@ "inf"|int @@ -3|abs @@ m|abs @@ 2.5|abs
s|abs @@ 42.55|round @@ 42.55|round(1) @@ 42.55|round(1, "floor") @@ 42.55|round(1, "ceil") @@ 42|round @@ 2.5|round @@ 3.5|round
1234|round(-2) @@ 2.675|round(2)
xs|first @@ xs|last @@ []|first @@ ""|first @@ s|first @@ s|last @@ d|first @@ d|last @@ nil|first @@ xs|sum @@ []|sum @@ [1.5, 2]|sum
people|sum(attribute="age") @@ words|sum @@ xs|sum(start=10) @@ xs|min @@ xs|max @@ []|max @@ words|min @@ words|max
words|max(case_sensitive=true) @@ people|max(attribute="age") @@ [1, "a"]|max
xs|join @@ xs|join(", ") @@ words|join("-") @@ people|join(", ", attribute="name") @@ s|join("-") @@ nil|join
[1, nil, missing, 2.0]|join("|") @@ xs|list @@ s|list @@ d|list @@ missing|list @@ nil|list @@ (1, 2)|list @@ d|items|list
missing|items|list @@ xs|items
xs|sort @@ xs|sort(reverse=true) @@ words|sort @@ words|sort(case_sensitive=true)
people|sort(attribute="name")|map(attribute="name")|list @@ people|sort(attribute="age,name")|map(attribute="name")|join @@ [1, "a"]|sort
d|dictsort @@ d|dictsort(true) @@ d|dictsort(false, "value") @@ d|dictsort(reverse=true) @@ xs|dictsort @@ words|unique|list
["a", "A"]|unique|list @@ ["a", "A"]|unique(true)|list @@ [1, 1.0, t, 2]|unique|list
words|map("upper")|list @@ words|map("replace", "a", "x")|list @@ people|map(attribute="name")|list @@ people|map(attribute="tags.0")|list
people|map(attribute="tags", default="-")|list @@ people|map(attribute="zz")|list @@ xs|map("nofilter")|list @@ xs|map|list
nil|map("upper")|list @@ xs|map("string")|join("+")
xs|select("odd")|list @@ xs|reject("odd")|list @@ xs|select|list @@ [0, 1, nil, ""]|select|list @@ [0, 1]|reject|list
people|selectattr("tags")|map(attribute="name")|list @@ people|rejectattr("tags")|map(attribute="name")|list
people|selectattr("age", "equalto", 3)|map(attribute="name")|list @@ people|selectattr("age", ">", 1)|list|length
people|selectattr("tags", "defined")|list|length @@ people|selectattr|list @@ nil|selectattr("a")|list @@ xs|select("divisibleby", 2)|list
xs|select("nosuch")|list @@ xs|select("in", [1, 2])|list
people|groupby("age")|list|length @@ people|groupby("age")|map(attribute=0)|list @@ [1, 2, 3, 4, 5]|batch(2)|list
[1, 2, 3, 4, 5]|batch(2, 0)|list @@ [1, 2, 3, 4, 5]|slice(3)|list @@ [1, 2, 3, 4, 5]|slice(3, 0)|list @@ d|attr("b")
d|attr("get") is callable @@ "<&>\"'"|escape|"<"|safe + "<"|"<" + "<"|safe|"<"|e ~ "<"|("<"|safe ~ "<") + "<"
d|tojson @@ messages|tojson @@ messages|tojson(indent=2) @@ messages[2]|tojson(ensure_ascii=true) @@ d|tojson(sort_keys=true)
d|tojson(separators=(",", ":")) @@ d|tojson(indent=0) @@ d|tojson(indent="\t") @@ []|tojson(indent=2) @@ {}|tojson(indent=2)
[1, 2.0, 1e20, nil, t, "\u0001\n\"\\/<é😀\u007f"]|tojson|"é😀"|tojson(ensure_ascii=true)|{1: 2, nil: 3, t: 4, 1.5: 5}|tojson|missing|tojson|{(1, 2): 3}|tojson|(1, (2,))|tojson|nil|tojson|namespace()|tojson|[[1], {"a": []}]|tojson(indent=1)|{1: 1, "a": 2}|tojson(sort_keys=true)
s is string @@ n is string @@ missing is defined @@ s is defined @@ d.zz is defined @@ missing is undefined @@ nil is none
nil is not none @@ missing is none @@ d is mapping @@ xs is mapping @@ xs is sequence @@ s is sequence @@ d is sequence @@ n is sequence
missing is sequence @@ xs is iterable @@ s is iterable @@ n is iterable @@ d is iterable @@ missing is iterable @@ nil is iterable
n is number @@ t is number @@ s is number @@ n is integer @@ t is integer @@ f is float @@ n is float @@ t is boolean @@ n is boolean
t is true @@ n is true @@ nope is false @@ 0 is false
n is odd @@ n is even @@ s is odd @@ n is divisibleby 7 @@ n is divisibleby(2) @@ n is eq 7 @@ n is equalto(7) @@ n is ne 7 @@ n is gt 3
n is lessthan 3 @@ n is ge 7 @@ n is le 6 @@ 1 is in xs @@ s is in [s] @@ n is sameas n @@ t is sameas true @@ 1 is sameas t @@ s is lower
"abc" is lower @@ "ABC" is upper @@ namespace is callable @@ s is callable @@ "upper" is filter @@ "zz" is filter @@ "odd" is test
s is escaped @@ "x"|safe is escaped @@ s is not string or t @@ s is nosuch @@ x is defined and x.y
range(3)|list @@ range(1, 4)|list @@ range(5, 0, -2)|list @@ range(0)|list @@ range(1, 2, 0) @@ range(100001) @@ range("a")
dict(a=1, b=2) @@ dict([("a", 1)]) @@ dict({"a": 1}, b=2) @@ dict(1) @@ namespace(a=1).a @@ namespace({"a": 2}).a @@ namespace(a=1).b
namespace(_a=1) @@ raise_exception("no!") @@ strftime_now("%Y-%m-%d %H:%M:%S %B %b %A %a %d %j %y %p %I %e %-d %%") @@ nosuchfunction()
loop
"a" "b" @@ 'it\'s' @@ "tab\tnl\\n" @@ "\x41\u0042\U00000043" @@ "\q" @@ [1, 2,] @@ {"a": 1,} @@ (1,) @@ () @@ 1,2 @@ "a"|upper|lower
("a"|upper) @@ "a".upper()|lower @@ -1|abs @@ (-1)|abs @@ - f|round @@ 1 + 2|string @@ 1 + n * 2 if t else 0 @@ s|upper if t else s|lower
xs|length > 2 and s|length < 5
xs[ @@ (1 @@ {1: @@ a b @@ 1 +
"abc|s||upper|s|nosuch|s is|{{|}|1 2|s.|s.1x|f(a=1, 2)|f(**1)|f(*nil)|dict(a=1, a=2)|range(stop=3)|s.upper(1)|s.split(foo=1)|d.get()|is|not|s[1:2:3:4]|s[]|"a" is string is string|@|s.split(*[","])|dict(**{"k": 1})|range(*[1, 3])|list|s.startswith
"""

TEMPLATES = [
    "a{% if t %}b{% elif nope %}c{% else %}d{% endif %}e", "{% if nope %}a{% elif n > 5 %}b{% else %}c{% endif %}",
    "{% for x in xs %}{{ x }},{% endfor %}", "{% for x in [] %}a{% else %}none{% endfor %}", "{% for x in nil %}a{% endfor %}",
    "{% for x in missing %}a{% else %}e{% endfor %}", "{% for c in u %}[{{ c }}]{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for a, b in [[1]] %}{% endfor %}", "{% for a, b in [[1, 2, 3]] %}{% endfor %}", "{% for x in n %}{% endfor %}",
    "{% for x in xs if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% else %}e{% endfor %}", "{% for x in xs if x > 9 %}a{% else %}e{% endfor %}",
    "{% for x in xs %}{{ loop.index0 }}{{ loop.index }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}",
    "{% for x in xs %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}", "{% for x in xs %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }}{% endfor %}",
    "{% for x in xs %}{{ loop.cycle('a', 'b') }}{% endfor %}", "{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{% endfor %}",
    "{% for x in nested %}{% for y in x %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",
    "{% for x in xs %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}",
    "{% break %}", "{% for x in nested recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{{ loop.depth }}{% endif %}{% endfor %}",
    "{% for x in xs %}{{ loop(x) }}{% endfor %}", "{% for x in 1, 2 %}{{ x }}{% endfor %}", "{{ loop.index }}",
    "{% set x = 1 %}{% for y in xs %}{% set x = y %}{% endfor %}{{ x }}", "{% set ns = namespace(x=1) %}{% for y in xs %}{% set ns.x = y %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace() %}{{ ns.x is defined }}{% set ns.x = [1] %}{{ ns.x }}{{ ns['x'] }}", "{% set ns.y = 1 %}", "{% set d.y = 1 %}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a, b = 1 %}", "{% set a = b = 1 %}", "{% set true = 1 %}", "{% set 1 = 2 %}", "{% set (a, b) = [1, 2] %}{{ b }}{{ a }}",
    "{% set x %}a{{ n }}b{% endset %}[{{ x }}]", "{% set x | upper %}abc{% endset %}{{ x }}", "{% set x | replace('a', 'b') | upper %}abc{% endset %}{{ x }}",
    "{% set x %}{% set y = 1 %}{% endset %}{{ y is defined }}", "{% if t %}{% set z = 5 %}{% endif %}{{ z }}", "{% if nope %}{% set z = 5 %}{% endif %}{{ z }}",
    "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, c=3) }} {{ m(b=1) }} {{ m(1, 2, 3) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}", "{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, a=3) }}", "{% macro m(x) %}{{ x + 1 }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ caller() }}!{{ caller() }}{% endmacro %}{% call m() %}hi{% endcall %}", "{% macro m() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) m() %}{{ a }}-{{ b }}{% endcall %}",
    "{% macro m() %}x{% endmacro %}{% call m() %}hi{% endcall %}", "{% call 1 %}{% endcall %}", "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}",
    "{% macro r(n) %}{{ n }}{% if n > 0 %}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(3) }}", "{% macro r() %}{{ r() }}{% endmacro %}{{ r() }}",
    "{% macro m() %}{{ n }}{% set n = 1 %}{{ n }}{% endmacro %}{{ m() }}{{ n }}", "{% set q = 1 %}{% macro m() %}{{ q }}{% endmacro %}{% set q = 2 %}{{ m() }}",
    "{% for x in xs %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}", "{% macro m(a, a) %}{% endmacro %}", "{% macro m(a=1, b) %}{% endmacro %}", "{{ m() }}{% macro m() %}{% endmacro %}",
    "{% macro m() %}  x  {% endmacro %}[{{ m() | trim }}]{{ m() is string }}{{ m is callable }}", "{% for x in xs %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
    "{% filter upper %}abc{{ s }}{% endfilter %}", "{% filter trim | upper %} a {% endfilter %}", "{% filter nosuch %}{% endfilter %}", "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q }}", "{% generation %}a{{ n }}{% set q = 1 %}{% endgeneration %}{{ q }}", "{% print n %}",
    "{% if 'nosuch' is filter %}{{ 1 | nosuch }}{% endif %}ok", "{% if t %}{{ 1 | nosuch }}{% endif %}", "{% if nope %}{% for x in xs %}{{ 1 | nosuch }}{% endfor %}{% endif %}",
    "{{ 1 | nosuch if nope else 2 }}", "{{ 1 is nosuch if nope else 2 }}",
    "{% raw %}{{ x }}{% if %}{% endraw %}|", "a {%- raw -%} {{ x }} {%- endraw -%} b", "{% raw %}\n x\n{% endraw %}\ny", "{% raw %}x", "{% endraw %}",
    "a{# c #}b", "a\n{# c #}\nb", "a {#- c -#} b", "a\n  {# c #}  \n b", "a{# x", "{#- -#} a", "{#+ c +#}\nb", "a\n  {#+ c #}\nb", "#}{# #} #}",
    "a\n{% if t %}\nb\n{% endif %}\nc\n", "a\n  {% if t %}\n  b\n  {% endif %}\n  c\n", "a\n  {%+ if t %}\n  b\n  {%- endif +%}\n  c", "  {%- if t -%}  a  {%- endif -%}  ",
    "x  {{- n -}}  y", "x {{ n }} y\n", "x\n\n", "x\n{{ n }}\n\n", "\n\n{{ n }}\n  {{ n }}\n", "  {% if t %}a{% endif %}", "a  {% if t %}a{% endif %}", "\t{% if t %} x{% endif %}\n\ty",
    "{{ n }}  {% if t %}x{% endif %}", "{% if t %}\n  {% if t %}\n x\n  {% endif %}\n{% endif %}\n", "a\r\n{% if t %}\r\nb\r\n{% endif %}\r\n", "{% if t %}  \n  x{% endif %}",
    "{{ '{{' }} {{ '}}' }} {% if '%}' %}x{% endif %}", "{{ {'a': {'b': 1}}['a']['b'] }}", "{{ {'a': {}}}}", "{ {% if t %}x{% endif %} }", "{{ '\n' }}x", "{{-1}}", "{{+1}}", "{{- -1}}", "{%if t%}a{%endif%}", "{%-if t-%} a {%-endif-%}",
    "{% if t %}", "{% endif %}", "{% for x in xs %}", "{% for x in xs %}{% endif %}", "{% nosuch %}", "{% %}", "{% if %}{% endif %}", "{% for in xs %}{% endfor %}", "{% set x %}", "{{", "{{ n", "{% if t", "{{ }}", "{% 1 %}", "}}", "%}", "{", "{{ n }", "{% if t }}{% endif %}",
    "{% if t: %}a{% endif %}", "{% for x in xs: %}{{ x }}{% endfor %}", "{% else %}", "{% if t %}{% else %}{% else %}{% endif %}", "{{ n }}{% if t %}{{ n }}{% endif %}{{ missing }}{{ nil }}{{ t }}",
    "{% set x = messages %}{% for m in x[1:] %}{{ m.role }}: {{ m['content'] | trim }}\n{% endfor %}", "{{ messages[0].content + '\\n' }}",
    "{% for m in messages %}{{ '<|' + m.role + '|>' + m.content|trim + '<|end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}",
    "{% for m in messages %}{% if loop.first and m['role'] != 'system' %}{{ '<|im_start|>system\nX<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "{{ bos_token }}{%- if messages[0]['role'] == 'system' %}{%- set sys = messages[0]['content']|trim %}{%- set messages = messages[1:] %}{%- else %}{%- set sys = '' %}{%- endif %}\n{{- '<|h|>system\n\n' + sys }}\n{%- for m in messages %}\n    {{- '<|h|>' + m.role + '<|/h|>\n\n' + m.content | trim + '<|eot|>' }}\n{%- endfor %}\n",
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}{% endfor %}",
    "{%- for tc in messages[2].tool_calls %}{%- set tc = tc.function %}{\"name\": \"{{ tc.name }}\", \"arguments\": {{ tc.arguments | tojson }}}{%- endfor %}",
]


def main() -> None:
    class FixedClock(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 1, 15, 12, 0, 0)

    chat_templates.datetime = FixedClock
    expressions = [e for line in EXPRESSIONS.strip().split("\n") for e in line.split(" @@ ")]
    sources = ["{{ " + e + " }}" for e in expressions] + ['{{ "\\\nx" }}'] + TEMPLATES
    cases = []
    for source in dict.fromkeys(sources):
        try:
            output = chat_templates._compile_jinja_template(source).render(**CONTEXT)
            if " at 0x" in output:
                continue  # the text of a Python object, which no other engine can make
            cases.append([source, output])
        except Exception as error:  # noqa: BLE001 - whatever Jinja2 raises is the expected answer
            cases.append([source, None, f"{type(error).__name__}: {error}".split("\n")[0][:100]])
    path = HERE / "cases.json"
    rows = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    path.write_text('{"context": ' + json.dumps(CONTEXT) + ',\n"cases": [\n' + rows + "\n]}\n")
    print(len(cases), "cases,", sum(len(c) == 3 for c in cases), "of them errors,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
