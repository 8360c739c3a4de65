package io.finemesh.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.failure.TemplateException.Reason;
import io.finemesh.template.limit.RenderLimits;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A template is untrusted: it ends, it stays small, and it reaches nothing. */
class SandboxTest {
    private static final JsonNode NOTHING = new ObjectMapper().createObjectNode();

    private static TemplateException failure(String template) {
        return catchThrowableOfType(TemplateException.class, () -> ChatTemplate.compile(template)
                .render(NOTHING, ReferenceCasesTest.CLOCK));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(10**9) %}x{% endfor %}",
                "{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}",
                "{% for i in range(90000) %}{% for j in range(90000) %}{{ 'x' * 1000 }}{% endfor %}{% endfor %}",
                "{{ 'x' * 10**9 }}",
                "{{ [0] * 10**9 }}",
                "{{ 'x' * 10**30 }}",
                "{{ 10 ** (10 ** 9) }}",
                "{{ 7 ** 100000 }}",
                "{% set ns = namespace(x='ab') %}{% for i in range(64) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1, 2]) %}{% for i in range(64) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == [ns.x] }}{{ ns.x|tojson }}",
                "{% set ns = namespace(x=(1, 2)) %}{% for i in range(100) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m(f) %}{{ f(f) }}{% endmacro %}{{ m(m) }}",
                "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{{ '%1000000000d' % 1 }}",
                "{{ '%*d' % (1000000000, 1) }}",
                "{{ '%.999999999f' % 1 }}",
                "{{ '{:9999999}'.format(1)|length * '{:9999999}'.format(1) }}",
                "{{ 'a'.ljust(10**9) }}",
                "{{ 'a'|center(10**9) }}",
                "{{ '\t'.expandtabs(10**9) }}",
                "{{ [1]|tojson(indent=10**9) }}",
                "{{ 'a'|indent(10**9, true) }}",
                "{{ ('a' * 10**6).replace('', 'b' * 10**6) }}",
                "{{ ('a' * 10**6)|list|join('b' * 10**6) }}",
                "{{ [1]|batch(10**9, 'x')|list|string }}",
                "{{ [1]|slice(10**9)|list|string }}",
                "{% for x in [1]|slice(10**9) %}{% endfor %}",
            })
    void whatNeverEndsOrGrowsIsRefused(String template) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        TemplateException failure = failure(template);

        assertThat(failure).as(template).isNotNull();
        assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(Reason.LIMIT);
        assertThat(failure.line()).isEqualTo(1);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(6L << 30);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.__class__ }}",
                "{{ ''.__class__.__mro__[1].__subclasses__() }}",
                "{{ range.__globals__ }}",
                "{{ ''['__class__'] }}",
                "{{ []|attr('__init__') }}",
                "{{ [[]]|map(attribute='__class__')|list }}",
                "{{ [].append(1) }}",
                "{{ {}.update(a=1) }}",
                "{{ [1].pop() }}",
                "{{ {'a': 1}.clear() }}",
            })
    void internalsAndChangesAreForbidden(String template) {
        assertThat(failure(template).reason()).isEqualTo(Reason.FORBIDDEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.getClass() }}",
                "{{ ''.class.forName('java.lang.Runtime') }}",
                "{{ [].stream() }}",
                "{{ range.getClass().getClassLoader() }}",
                "{{ namespace().getClass() }}",
                "{{ ''.hashCode() }}",
            })
    void nothingOfThePlatformIsThere(String template) {
        assertThat(failure(template).reason()).isEqualTo(Reason.UNDEFINED);
    }

    @Test
    void deepBracketsAndLongChainsAreRefusedOnASmallStack() throws InterruptedException {
        for (String template : new String[] {
            "{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}",
            "{{ " + "[".repeat(400) + "]".repeat(400) + " }}",
            "{{ 1" + " + 1".repeat(20000) + " }}",
            "{{ x" + "|upper".repeat(20000) + " }}",
            "{{ x" + ".y".repeat(20000) + " }}",
            "{{ " + "not ".repeat(20000) + "1 }}",
            "{{ " + "-".repeat(20000) + "1 }}",
            "{% if 1 %}".repeat(2000) + "{% endif %}".repeat(2000),
            "{{ " + "1 if 1 else ".repeat(3000) + "1 }}",
        }) {
            AtomicReference<TemplateException> failure = new AtomicReference<>();
            Thread thread = new Thread(null, () -> failure.set(failure(template)), "small", 512 * 1024);
            thread.start();
            thread.join();
            assertThat(failure.get()).as(template.substring(0, 20)).isNotNull();
            assertThat(failure.get().reason()).isEqualTo(Reason.LIMIT);
        }
    }

    @Test
    void failuresNameTheirLine() {
        assertThat(failure("a\n\n{{ 1 + 'a' }}")).hasMessageStartingWith("line 3: ");
        assertThat(failure("a\n{% if 1 %}\n{{ missing.x }}{% endif %}")).hasMessage("line 3: 'missing' is undefined");
        assertThat(failure("\n\n{% nonsense %}")).hasMessage("line 3: unknown tag 'nonsense'");
        assertThat(failure("{% include 'x' %}").reason()).isEqualTo(Reason.UNSUPPORTED);
        assertThat(failure("\n{{ [1]|pprint }}"))
                .hasMessage("line 2: the filter 'pprint' is not implemented")
                .extracting(TemplateException::reason)
                .isEqualTo(Reason.UNSUPPORTED);
    }

    @Test
    void whatTheTemplateItselfRefusesReachesTheUser() {
        TemplateException failure = failure("\n{{ raise_exception('roles must alternate') }}");

        assertThat(failure.reason()).isEqualTo(Reason.RAISED);
        assertThat(failure.detail()).isEqualTo("roles must alternate");
        assertThat(failure.line()).isEqualTo(2);
    }

    @Test
    void limitsAreTheCallers() {
        RenderLimits small = new RenderLimits(100, 50, 10, 100, 20, 5, 64);

        assertThatThrownBy(() -> ChatTemplate.compile("x".repeat(101), small)).hasMessageContaining("at most 100");
        assertThatThrownBy(() -> ChatTemplate.compile("12345678901", small).render(NOTHING, ReferenceCasesTest.CLOCK))
                .hasMessageContaining("at most 10");
        assertThatThrownBy(
                        () -> ChatTemplate.compile("{{ range(6) }}", small).render(NOTHING, ReferenceCasesTest.CLOCK))
                .hasMessageContaining("at most 5");
        assertThatThrownBy(() -> new RenderLimits(0, 1, 1, 1, 1, 1, 64)).isInstanceOf(IllegalArgumentException.class);
    }
}
