"""Writes cases.json: templates of this project with what Jinja2 makes of them.

Needs Python 3.11 or later with jinja2 (made with 3.1.6); run it here, then run the module's tests:
    python3 make_cases.py > ../resources/io/finemesh/template/cases.json
A case holds the target, or the kind of error where Jinja2 fails.
"""

import datetime
import json

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox


class GenerationBlocks(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("pass_on"), [], [], body, lineno=line)

    def pass_on(self, caller):
        return caller()


def fail(message):
    raise jinja2.TemplateError(message)


ENVIRONMENT = jinja2.sandbox.ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[GenerationBlocks, "jinja2.ext.loopcontrols"]
)
ENVIRONMENT.filters["tojson"] = lambda value, ensure_ascii=False, indent=None, separators=None, sort_keys=False: json.dumps(
    value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
)
ENVIRONMENT.globals["raise_exception"] = fail
ENVIRONMENT.globals["strftime_now"] = lambda text: datetime.datetime(2025, 7, 10, 9, 8, 7).strftime(text)

DATA = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hällo, wie geht's? 你好 😀"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": {"a": 1, "b": [1.5, True, None]}}}]},
        {"role": "tool", "content": "42", "tool_call_id": "c1"},
        {"role": "assistant", "content": "It is 42."},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "description": "say \"x\" & <y>", "parameters": {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}, "required": ["a"]}}}],
    "bos_token": "<s>",
    "eos_token": "</s>",
    "add_generation_prompt": True,
    "n": 7,
    "x": 2.5,
    "big": 123456789012345678901234567890,
    "nothing": None,
    "empty": [],
    "words": ["banana", "Apple", "cherry", "apple"],
    "people": [{"name": "Bo", "age": 30, "city": "b"}, {"name": "al", "age": 25, "city": "B"}, {"name": "Cy", "age": 30, "city": "a"}],
    "nested": {"k": {"l": [1, {"m": "deep"}]}},
    "text": "one  two\tthree\nfour\r\nfive",
}

EXPRESSIONS = r"""
1 + 2 * 3 ** 2 // 4 % 5 - -1
2 ** 3 ** 2
-2 ** 2
-7 // 2, -7 % 3, 7 // -2, 7 % -3
-7.5 // 2, -7.5 % 2, 7.5 % -2
7 / 2, 6 / 3, 1 / 3
big + 1, big * big, big // 7, big % 1000, -big
1e16, 1e15, 1.0e-5, 0.0001, 123456789.125, 1e22, 5e-324, 1.7976931348623157e308
0x1F, 0o17, 0b101, 1_000_000, 1_0.5_0e1_0
true, false, none, True, False, None
1 == 1.0, 1 == true, '1' == 1, none == false, [1] == [1.0], (1,) == [1], {'a': 1} == {'a': true}
1 < 2 < 3, 3 > 2 > 2, 1 <= 1 != 2, 'a' < 'b', [1, 2] < [1, 3], (1, 'a') < (1, 'b')
'b' in 'abc', 'x' not in 'abc', 2 in [1, 2], 'k' in nested, 1 in (1, 2), 3 not in {'a': 3}
not true or false and true
1 if true else 2, (1 if false) is defined, (1 if false)
1 and 0, 0 or 'x', '' or none, [] and 1
'a' ~ 1 ~ 2.0 ~ none ~ true ~ [1, 'b'] ~ missing
'a' 'b' "c"
'a' + 'b' * 3, [1] + [2] * 2, (1,) + (2,), 3 * 'ab', -1 * 'ab'
(1, 2, 'x'), (1,), (), [], {}, {'a': 1, 2: [3], 'n': none, 't': true, 'f': 1.5}
'it\'s', "say \"hi\"", ['it\'s', "say \"hi\"", 'both \' and "']
['\n\t\r\\', '\x00\x7f\u00e4\u200b\U0001F600', '\a\b\d']
'\N{GREEK SMALL LETTER ALPHA}', '\101\60', '\x41\u0042'
words[0], words[-1], words[1:], words[:-1], words[::-1], words[::2], words[-2:], words[5:], words[3:1], words[3:0:-2]
text[0], text[-4:], text[::-1], messages[1].content[-1], messages[1].content[-4:], messages[1].content[::3]
(1, 2, 3)[1:], 'abc'[1], 'abc'[10] is defined, words[10] is defined, nested.k.l[1].m, nested['k']['l'][0]
range(5)|list, range(2, 8, 3)|list, range(5, 0, -2)|list, range(3), range(1, 9, 2), range(0)|list
range(10)[2], range(10)[-1], range(10)[2:5], range(10)[::-3]|list
nested.k is defined, nested.z is defined, missing is defined, missing is undefined, missing.x is defined
1 is odd, 2 is even, 9 is divisibleby 3, 9 is divisibleby(2), n is number, x is float, n is integer, true is integer, true is number
'a' is string, words is sequence, nested is mapping, nested is iterable, n is iterable, words is string, nothing is none, range is callable
'abc' is lower, 'ABC' is upper, 1 is sameas 1, true is sameas true, none is sameas none, 2 is in [1, 2], 2 is not in [1, 2]
3 is eq 3, 3 is equalto 4, 3 is ne 4, 3 is gt 2, 3 is ge 3, 3 is lt 2, 3 is le 3, 3 is greaterthan 2, 3 is lessthan 4
'upper' is filter, 'nope' is filter, 'odd' is test, true is boolean, 1 is boolean, true is true, 1 is true, false is false
1 is not odd, not 1 is odd, 'x' is not none
words|length, text|count, nested|length, missing|length, ''|length, 'añ😀'|length
words|first, words|last, [1]|first, words|join(', '), [1, none, 2.0]|join('-'), people|join('/', attribute='name'), 'abc'|join('.')
words|sort, words|sort(true), words|sort(case_sensitive=true), people|sort(attribute='age,name')|map(attribute='name')|list
people|sort(attribute='city', reverse=true)|map(attribute='name')|join(',')
words|unique|list, words|unique(true)|list, [1, 1.0, true, 2]|unique|list, words|min, words|max, [3, 1, 2]|max, people|max(attribute='age')
[1, 2, 3.5]|sum, people|sum(attribute='age'), [[1], [2]]|sum(start=[]), []|sum
words|map('upper')|list, words|map('replace', 'a', 'o')|join(' '), people|map(attribute='zip', default='?')|list
[0, 1, '', 'a', none]|select|list, [1, 2, 3]|select('odd')|list, [1, 2, 3]|reject('odd')|list, [1, 2, 3, 4]|select('>', 2)|list
people|selectattr('age', 'eq', 30)|map(attribute='name')|list, people|rejectattr('age', 'gt', 26)|list|length, people|selectattr('zip', 'defined')|list, people|selectattr('name')|list|length
messages|selectattr('tool_calls', 'defined')|list|length, messages|rejectattr('role', 'in', ['user', 'tool'])|map(attribute='role')|list
people|groupby('city')|map('first')|list, people|groupby('age')|list
nested|items|list, nested.items()|list, nested.keys()|list, {'b': 1, 'a': 2}|dictsort, {'b': 1, 'A': 2}|dictsort(true), {'b': 1, 'a': 2}|dictsort(by='value'), {'b': 1, 'a': 2}|dictsort(reverse=true)
nested.keys(), nested.values(), {'a': 1}.items()
[1, 2, 3, 4, 5]|batch(2)|list, [1, 2, 3]|batch(2, 'x')|list, [1, 2, 3, 4, 5]|slice(2)|list, [1, 2, 3, 4, 5]|slice(3, '-')|list
words|reverse|list, 'abc'|reverse, 'añ😀'|reverse, 'abc'|list, nested|list
'hello WORLD'|title, 'hello-world (foo) [bar] it\'s x_y'|title, 'hELLO'|capitalize, 'Straße'|upper, 'ÀÉ'|lower, 'ǆ'|title, 'ΑΣ'|lower
'  a b '|trim, 'xxaxx'|trim('x'), ' a '|trim|length, none|trim, 5|trim
'a,b,c'|replace(',', ';'), 'aaaa'|replace('a', 'b', 2), 'abc'|replace('', '-'), 12|replace(1, 3)
missing|default('d'), none|default('d'), ''|default('d', true), 0|d(5, boolean=true), missing|default, 'x'|default('d')
42.55|round, 42.55|round(1), 42.55|round(1, 'floor'), 42.51|round(1, 'ceil'), 2.5|round, 3.5|round, -0.5|round, 1234|round(-2), 5|round, 2.675|round(2)
'42'|int, '42.7'|int, 'x'|int, 'x'|int(7), '0x1A'|int(0, 16), '1010'|int(base=2), 3.99|int, -3.99|int, true|int, ' 12 '|int, '1_000'|int, ''|int, none|int, [1]|int
'4.5'|float, 'x'|float, 'x'|float(1.5), 3|float, '1e3'|float, 'inf'|float, '-inf'|float, 'nan'|float, '  2 '|float, none|float
-5|abs, -5.5|abs, 5|string, 5.0|string, none|string, [1]|string|length, true|string
'%s and %s'|format('a', 2), '%(a)s'|format(a=1), '%05.1f|%-5d|%+d|%x|%X|%o|%e|%g|%%' % (3.14159, 42, 7, 255, 255, 8, 12345.678, 0.0001), '%5s|%-5s|%.2s|%r|%c' % ('ab', 'cd', 'efg', 'h', 'i')
'%s' % 'x', '%s' % none, '%d' % 3.99, '%s %s' % (1, [2]), '%(x)s-%(x)05d' % {'x': 3}, '%g %g %g' % (1e20, 100000, 1000000), '%#x %#o' % (255, 8), '%*d' % (5, 42)
'{} {}'.format(1, 'a'), '{0} {1} {0}'.format('x', 'y'), '{a}-{b!r}'.format(a=1, b='z'), '{:>5}|{:<5}|{:^5}|{:*^7}'.format(1, 'a', 'b', 'c'), '{:05d} {:+d} {:,} {:_}'.format(42, 42, 1234567, 1234567)
'{:.2f} {:e} {:g} {:%} {:10.3f}|'.format(3.14159, 1234.5, 0.00001, 0.256, 2.0), '{:x} {:X} {:o} {:b} {:#x} {:c}'.format(255, 255, 8, 5, 255, 65), '{0[0]} {0[1]} {1[a]} {2.name}'.format(words, {'a': 1}, {'name': 2}) is string
'{{}} {}'.format(1), '{:{}}|'.format('a', 5), '{:.3}|{:5.1}|'.format('abcdef', 'xyz'), '{!s:>4}'.format(1), '{:.3} {:.10} {:}'.format(1234.5, 0.1, 1e100)
'a b  c'.split(), 'a,b,,c'.split(','), 'a b c'.split(' ', 1), 'a b c d'.rsplit(' ', 1), ' a  b  c '.split(none, 1), ' a  b  c '.rsplit(none, 1), ''.split(), ''.split(','), 'a<x>b<x>c'.split('<x>')[-1]
'abc'.upper(), 'ABC'.lower(), 'abc def'.title(), "they're bill's".title(), 'abc'.capitalize(), 'aBc'.swapcase(), 'Straße'.casefold(), 'ΑΣ ΑΣ'.title()
'  a '.strip() ~ '|', '  a '.lstrip() ~ '|', '  a '.rstrip() ~ '|', 'xyaxy'.strip('xy'), 'abc'.strip('a'), '\n a \n'.strip()
'abc'.startswith('ab'), 'abc'.endswith(('x', 'bc')), 'abc'.startswith('b', 1), 'abc'.startswith(''), 'abc'.startswith('c', 5)
'abcabc'.find('c'), 'abcabc'.rfind('c'), 'abc'.find('x'), 'abcabc'.index('b'), 'abcabc'.count('bc'), 'aaa'.count(''), '😀a'.find('a'), 'abcabc'.find('c', 3), 'abcabc'.find('c', -2)
'abc'.replace('b', 'X'), 'aaa'.replace('a', 'b', 2), 'abc'.removeprefix('a'), 'abc'.removesuffix('c'), 'abc'.removesuffix('')
'a\nb\r\nc\n'.splitlines(), 'a\nb'.splitlines(true), 'a-b-c'.partition('-'), 'a-b-c'.rpartition('-'), 'abc'.partition('x'), 'abc'.rpartition('x')
','.join(['a', 'b']), 'ab'.join('xyz'), 'a'.center(5) ~ '|', 'ab'.center(5) ~ '|', 'ab'.center(7, '*'), 'abc'.center(6, '*'), 'a'.ljust(3, '.') , 'a'.rjust(3), '7'.zfill(3), '-7'.zfill(4), 'a\tb'.expandtabs(4)
'abc'.isalpha(), 'ab1'.isalnum(), '12'.isdigit(), '½'.isnumeric(), '12'.isdecimal(), ' \t'.isspace(), 'Ab'.istitle(), 'AB'.isupper(), 'ab1'.islower(), ''.isalpha(), 'a b'.isidentifier(), 'a_b'.isidentifier(), 'ab\n'.isprintable(), 'abc'.isascii()
nested.get('k').l, nested.get('z'), nested.get('z', 5), {'items': 1}.items is callable, {'a': 1}['items'] is callable, {'a': 1}.copy(), [1, 2, 1].count(1), [1, 2].index(2), (1, 2).count(2), words.index('cherry')
nested.keys()|list, nested.values()|list|length, dict(a=1, b=2), dict([('a', 1)], b=2), dict({'a': 1}), (1.0).is_integer(), 2.5.is_integer() is defined
namespace(a=1).a, namespace(a=1, b=[2]), namespace({'c': 3}).c
nested|tojson, tools|tojson, messages[2]|tojson, words|tojson(indent=2), nested|tojson(indent=4), []|tojson(indent=2), {'a': [], 'b': {}}|tojson(indent=2)
{'b': 1, 'a': 2}|tojson(sort_keys=true), {'a': 1}|tojson(separators=(',', ':')), 'ü"\\/\n\u2028😀'|tojson, 'ü😀\x7f'|tojson(ensure_ascii=true), 'ü'|tojson(1), 1.0|tojson, 1e100|tojson, none|tojson, {1: 2, none: 3, true: 4, 1.5: 5}|tojson, (1, 2)|tojson, 'a'|tojson(indent='\t'), [1]|tojson(indent='\t')
text|indent, text|indent(2, true), 'a\n\nb'|indent(3, blank=true), 'a\nb'|indent('>>'), ''|indent(2, true), 'a\n'|indent
'foo bar baz qux'|truncate(9), 'foo bar baz qux'|truncate(9, true), 'foo bar baz qux'|truncate(11), 'foo bar baz qux'|truncate(11, false, '...', 0), 'x' * 300 == ('x' * 300)|truncate
'ab'|center(6) ~ '|', 'one two, three_4'|wordcount, 1|filesizeformat, 1000|filesizeformat, 123456789|filesizeformat, 123456789|filesizeformat(true), '500'|filesizeformat
'<a href="x">&\'</a>'|escape, '<'|e ~ '<', ('<'|e) + '<', '<'|safe, ('<'|e)|e, ('<'|e)|forceescape, '<'|e|upper, ('<b>'|safe) is escaped, '<' is escaped, ['<'|e]
'a b/c?d=ü'|urlencode, {'a b': 'c/d', 'e': 1}|urlencode, [('a', 1)]|urlencode, 5|urlencode
{'class': 'my', 'id': none, 'x': '<'}|xmlattr, {}|xmlattr, {'a': 1}|xmlattr(false)
people[0]|attr('name') is defined, 'x'|attr('upper') is callable, namespace(q=3)|attr('q')
people|map(attribute='name')|map('lower')|select('in', ['al', 'bo'])|list
(words|map('upper'))|list|length, words|select|first, words|map('length')|sum, words|map('upper') is iterable, (words|map('upper'))[0] is defined
words|length > 3 and words|first == 'banana' or false
-n|abs, +n, not n, - x, -(-n), 2 - -2
n.real, x.real, true + 1, true * 3, -true, 3 - true
[1, 2][true], 'ab'[false], {1: 'a'}[true], {1: 'a'}[1.0], {true: 'a'}[1]
strftime_now('%Y-%m-%d %H:%M:%S'), strftime_now('%d %B %Y'), strftime_now('%b %e %a %A %j %U %W %y %I %p %-d %-m %F %T %%'), strftime_now('%c|%x|%X|%D|%V|%G|%u|%w')
[x for x in words]
words.append(1)
nested.pop('k')
nested.update(a=1)
words.append is defined, words.append, nested.pop
missing.x
missing['x']
missing()
missing + 1
1 + missing
'a' + missing
missing < 1
'a' + 1
1 + 'a'
[] + ()
none + 1
none.x is defined, none.x, n.foo, n['a'], words.foo, words['x'], (1, 2).foo
none()
n()
'a'()
words|nofilter
words is notest
1 // 0
1 % 0
1 / 0
1.0 // 0
0 ** -1
'abc' < 1
[1] < ['a']
none < none
{} < {}
n in n
n in missing
1 in 'abc'
n|length
none|length
words|map|list
words|map('nofilter')|list
[1, 'a']|sort
[none, 1]|min
n|list
none|list
none|select|list, none|map('upper')|list, missing|map('upper')|list
words|join(',')|upper|lower|title|replace('A', '')
{[1]: 2}
{'a': 1}[[1]] is defined
'abc'.index('x')
[1].index(5)
''.join([1])
'a'.split('')
'%d' % 'a'
'%s %s' % ('a',)
'%s' % ('a', 'b')
'%(a)s' % {'b': 1}
'{}'.format()
'{a}'.format()
'{'.format()
'{:d}'.format('a')
'{:z9}'.format(1)
'{0.__class__}'.format(1)
{}|tojson(1, 2, 3, 4, 5)
missing|tojson
[missing]|tojson
(words|map('upper'))|tojson
namespace(a=1)|tojson
{(1, 2): 3}|tojson
range(1000000)
range(1, 2, 0)
range('a')
raise_exception('no: ' ~ n)
dict(1)
namespace().x is defined, namespace().x
1 | 2
1 +
(1, 2
'abc
{{ }}
{'a' 1}
a b
1 = 1
a.1.2
words.0, nested.k.l.1.m
missing is sequence, none is sequence, 'a' is sequence, nested is sequence, range(3) is sequence
missing == missing, missing == none, missing == '', missing != 1, [missing] == [missing]
'a' if missing else 'b', missing or 'x', missing and 'x', not missing
missing|upper, missing|trim, missing|list, missing|first, missing|join(','), missing|int
missing|string, missing|replace('a', 'b'), missing|e, missing|d(missing), missing|sort
cycler('a', 'b').next(), joiner('; ')(), joiner()()
loop is defined, caller is defined, self is defined
'é' == 'e\u0301', 'é'|length, 'e\u0301'|length
'ab' * 0, [] * 5, 'a' * true
big|string|length, big / 3, big // 2.0, big == big + 0.0, big > 1e30, 10 ** 30, 10 ** -2, 2 ** 0.5, 2.0 ** 3
0.1 + 0.2, 1e308 * 10, -1e308 * 10, 1e400, 3.0, -0.0, 100.0, 1e2, 12345678901234567.0, 0.1 + 0.7, 1/7
""".strip("\n").split("\n")

TEMPLATES = [
    "{% for m in messages %}{{ loop.index }}/{{ loop.length }} {{ m.role }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% for m in messages %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}",
    "{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined else '-' }}>{{ loop.nextitem.role if loop.nextitem is defined else '-' }} {% endfor %}",
    "{% for w in words if w|length > 5 %}{{ loop.index }}{{ w }}{{ loop.length }} {% else %}none{% endfor %}",
    "{% for w in [] %}x{% else %}nothing{% endfor %}{% for w in missing %}x{% else %}also{% endfor %}",
    "{% for k, v in nested.items() %}{{ k }}={{ v }}{% endfor %}{% for k in nested %}{{ k }}{% endfor %}{% for c in 'añ😀' %}[{{ c }}]{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3)), (4, (5, 6))] %}{{ a }}{{ b }}{{ c }} {% endfor %}",
    "{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}",
    "{% for a in 5 %}{% endfor %}",
    "{% for a in none %}{% endfor %}",
    "{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% else %}never{% endfor %}",
    "{% for i in range(4) %}{{ loop.cycle('a', 'b', 'c') }}{{ loop.changed(i // 2) }} {% endfor %}",
    "{% for n in [{'v': 1, 'c': [{'v': 2, 'c': []}, {'v': 3, 'c': [{'v': 4, 'c': []}]}]}] recursive %}{{ n.v }}@{{ loop.depth }}{% if n.c %}({{ loop(n.c) }}){% endif %}{% endfor %}",
    "{% set ns = namespace(found=false, count=0) %}{% for m in messages %}{% if m.role == 'assistant' %}{% set ns.found = true %}{% set ns.count = ns.count + 1 %}{% endif %}{% endfor %}{{ ns.found }} {{ ns.count }}",
    "{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}",
    "{% for i in [1, 2] %}{% set y = i %}{% endfor %}{{ y is defined }}",
    "{% if true %}{% set z = 5 %}{% endif %}{{ z }}{% if false %}{% set n = 1 %}{% endif %}{{ n }}",
    "{% for i in [1] %}{% for j in [1] %}{{ n }}{% endfor %}{% set n = 3 %}{{ n }}{% endfor %}",
    "{% for i in [1] %}{{ n }}{% set n = 3 %}{{ n }}{% endfor %}{{ n }}",
    "{{ n }}{% set n = n + 1 %}{{ n }}",
    "{% set n = n + 1 %}{{ n }}",
    "{% macro m() %}{{ q }}{% endmacro %}{% set q = 1 %}{{ m() }}{% set q = 2 %}{{ m() }}",
    "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(1, c=9) }} {{ m(b=5, a=6) }} {{ m() }}",
    "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, z=2) }}",
    "{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}inside{% endcall %}",
    "{% macro m(l) %}{% for i in l %}{{ caller(i, i * 2) }};{% endfor %}{% endmacro %}{% call(a, b) m([1, 2]) %}{{ a }}-{{ b }}{% endcall %}",
    "{% macro m() %}x{% endmacro %}{% call m() %}inside{% endcall %}",
    "{% macro f(k) %}{% if k > 0 %}{{ k }}{{ f(k - 1) }}{% endif %}{% endmacro %}{{ f(5) }} {{ f.name }} {{ f }}",
    "{% macro t(p) -%}{%- if p.type is string -%}{{ p.type }}{%- else -%}{{ p.type|join('|') }}{%- endif -%}{%- endmacro %}{{ t(tools[0].function.parameters) }} {{ t(tools[0].function.parameters.properties.a) }}",
    "{% filter upper %}abc {{ n }}{% endfilter %}{% filter replace('a', 'b')|trim %} banana {% endfilter %}",
    "{% set b %}block {{ n }}{% endset %}[{{ b }}]{% set c | upper | trim %} up {% endset %}[{{ c }}]",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c = 1, 2 %}{{ c }}",
    "{% with a = 1, b = n %}{{ a }}{{ b }}{% set n = 0 %}{{ n }}{% endwith %}{{ n }}{{ a is defined }}",
    "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q is defined }}",
    "{% block a %}x{{ n }}{% endblock %}{% for i in [1] %}{% block b scoped %}{{ i }}{% endblock %}{% block c %}{{ i is defined }}{% endblock c %}{% endfor %}",
    "{% set v = 4 %}{% block a %}{{ v }}{% set v = 5 %}{{ v }}{% endblock %}{{ v }}",
    "{% raw %}{{ not this }} {% nor this %}{% endraw %}|{%- raw -%}  a  {%- endraw -%} |",
    "{# a comment #}a{#- b -#} c {# multi\nline #}\nd",
    "a\n  {% if true %}\n  b\n  {% endif %}\nc\n",
    "a\n  {%- if true -%}\n  b\n  {%- endif -%}\nc\n\n",
    "a \n {%+ if true %} b {%+ endif +%} \nc",
    "  {% if true %}x{% endif %}  y  {% set a = 1 %}\n  z  {{ n }}  \n  {# c #}  \n e",
    "x {{- n -}} y {{ n }} \n\n",
    "\n\n{{ n }}\n{% if true %}\n\n{% endif %}\n",
    "a\r\nb\rc{{ 'x\r\ny' }}",
    "{% if n > 5 %}big{% elif n > 3 %}mid{% else %}small{% endif %}{% if nothing %}a{% elif empty %}b{% elif '' %}c{% else %}d{% endif %}",
    "{% if messages[0].role == 'system' %}{% set loop_messages = messages[1:] %}{% set system = messages[0].content %}{% else %}{% set loop_messages = messages %}{% endif %}{{ loop_messages|length }}{{ system }}",
    "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + (message['content'] or '') + eos_token + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}",
    "{% for m in messages %}{% generation %}{{ m.content }}{% set inner = 1 %}{% endgeneration %}{{ inner is defined }}{% endfor %}",
    "{% for m in messages %}{% if m.tool_calls is defined and m.tool_calls %}{% for c in m.tool_calls %}{{ {'name': c.function.name, 'arguments': c.function.arguments}|tojson }}{% endfor %}{% endif %}{% endfor %}",
    "{% set ns = namespace(l=[]) %}{% for i in range(3) %}{% set ns.l = ns.l + [i] %}{% endfor %}{{ ns.l }}",
    "{% set ns = namespace(go=true) %}{% for i in range(5) if ns.go %}{{ i }}{% if i == 2 %}{% set ns.go = false %}{% endif %}{% endfor %}",
    "{% set l = [1, 2, 3]|map('string') %}{{ l|join }}{{ l|join }}",
    "{% set x.y = 1 %}",
    "{% set d = {} %}{% set d.x = 1 %}",
    "{% set true = 1 %}",
    "{% set 1 = 2 %}",
    "{% set a = 1 if false %}[{{ a }}]",
    "{% for i in range(3) %}{% for j in range(2) %}{{ i }}{{ j }}{% if j == 0 and i == 1 %}{% break %}{% endif %} {% endfor %}{% endfor %}",
    "{% break %}",
    "{% for loop in [1] %}{% endfor %}",
    "{% if %}x{% endif %}",
    "{% if true %}x",
    "{% endif %}",
    "{% unknown %}",
    "{% for %}{% endfor %}",
    "{{ n",
    "{% if n",
    "{# open",
    "{% raw %}open",
    "{% macro m(a=1, b) %}{% endmacro %}",
    "{{ m(a=1, 2) }}",
    "{{ n|upper(1, 2) }}",
    "{{ n is odd is even }}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% if false %}{% include 'x' %}{% endif %}ok",
    "{% do words.append(1) %}",
    "{% print n, 'a' %}",
    "{% autoescape false %}{{ '<' }}{% set k = 1 %}{% endautoescape %}{{ k is defined }}",
    "{% if false %}{{ words|nofilter }}{% endif %}ok",
    "{% for i in [] %}{{ words|nofilter }}{% endfor %}ok",
    "{{ (words|nofilter) if false else 'ok' }}",
    "{% set f = 'upper' %}{{ words|map(f)|list }}",
    "{{ '%s' % words|join }}{{ 'a' ~ n|string ~ 'b' }}{{ n + 1|string|int }}",
    "{{ words|map('upper')|map('first')|join }}{{ words|first|first }}",
    "{{ {'a': {'b': 1}}.a.b }}{{ {'a': 1}['a'] }}{{ [1, [2]][1][0] }}{{ (1, 2)[0] }}{{ 'ab'[0] }}",
    "{{ range(3)|map('string')|join(',') }}{{ range(3)|sum }}{{ range(3)|last }}{{ range(0)|last is defined }}",
    "{%- for m in messages -%}\n    {{- m.role }}:\n    {%- if m.content is string %} {{ m.content|trim }}{% endif %}\n{% endfor -%}\n",
    "{%- set ns = namespace(sys='') -%}\n{%- for m in messages if m.role == 'system' -%}\n{%- set ns.sys = m.content -%}\n{%- endfor -%}\n{{ ns.sys }}",
    "{% set joiner_ = joiner(' | ') %}{% for w in words %}{{ joiner_() }}{{ w }}{% endfor %}{% set c = cycler('x', 'y') %}{% for i in range(3) %}{{ c.next() }}{{ c.current }}{% endfor %}",
    "{% set content = messages[1].content %}{% if '你好' in content %}{{ content.split('?')[-1].lstrip() }}{% endif %}",
    "{{ messages|tojson(indent=2) }}",
    "{{ messages }}",
    "{{ tools }}{{ [tools, 'a'] }}{{ {'t': tools} }}",
    "{% set a = [1, 2] %}{% set b = a %}{{ a is sameas b }}{{ [1] is sameas [1] }}",
    "{% macro outer() %}{% set v = 1 %}{% macro inner() %}{{ v }}{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}",
    "{% for i in [1, 2] %}{% macro m() %}{{ i }}{{ loop.index }}{% endmacro %}{{ m() }}{% endfor %}",
    "{% for i in range(2) %}{% set v %}{% if i %}{% continue %}{% endif %}a{{ i }}{% endset %}{{ v }}{% endfor %}",
    "{% if n is defined and n is not none and n is number %}a{% endif %}{% if not missing is defined %}b{% endif %}{% if missing is not defined %}c{% endif %}",
    "{{ 'a' if n == 7 else 'b' if n == 8 else 'c' }}{{ ('a' if n == 8 else 'b' if n == 8 else 'c') }}",
    "{{ n }}{{n}}{{- n }}{{ n -}} {{+ n }}",
    "{% set s = 'a-b' %}{% set p, q = s.split('-') %}{{ q }}{{ p }}",
    "{{ loop }}{% for i in [1, 2] %}{{ loop }}{% endfor %}",
    "{{ words.append }}{{ ''.__class__ is defined }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ words.__class__ }}x",
    "{{ range.__globals__ }}x",
    "{{ messages[0].get('role') }}{{ messages[0].get('name', 'anon') }}{{ messages[0]['name'] }}{{ messages[0].name }}",
    "{%- macro render(item, depth=0) -%}{%- if item is mapping -%}{%- for k, v in item.items() -%}{{ '  ' * depth }}{{ k }}:\n{{ render(v, depth + 1) }}{%- endfor -%}{%- elif item is iterable and item is not string -%}{%- for v in item -%}{{ render(v, depth + 1) }}{%- endfor -%}{%- else -%}{{ '  ' * depth }}{{ item }}\n{% endif -%}{%- endmacro -%}{{ render(tools) }}",
]


def case(name, template, data):
    try:
        return {"name": name, "template": template, "data": data, "target": ENVIRONMENT.from_string(template).render(**data)}
    except Exception as failure:  # every kind of failure is a result here
        return {"name": name, "template": template, "data": data, "error": type(failure).__name__}


if __name__ == "__main__":
    cases = [case(f"expression {i + 1}", "{{ [" + text + "] }}" if "," in text else "{{ " + text + " }}", DATA) for i, text in enumerate(EXPRESSIONS)]
    cases += [case(f"expression {i + 1} printed", "{{ " + text + " }}", DATA) for i, text in enumerate(EXPRESSIONS) if "," in text]
    cases += [case(f"template {i + 1}", text, DATA) for i, text in enumerate(TEMPLATES)]
    shared = {"made_with": "jinja2 " + jinja2.__version__, "data": DATA}
    for each in cases:
        del each["data"]
    print(json.dumps({**shared, "cases": cases}, ensure_ascii=True, indent=1))
