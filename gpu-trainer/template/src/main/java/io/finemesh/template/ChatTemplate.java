package io.finemesh.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.library.Filters;
import io.finemesh.template.library.Functions;
import io.finemesh.template.library.Surroundings;
import io.finemesh.template.library.Tests;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.limit.RenderLimits;
import io.finemesh.template.operation.JsonText;
import io.finemesh.template.operation.Printing.Notation;
import io.finemesh.template.render.Interpreter;
import io.finemesh.template.syntax.Parser;
import io.finemesh.template.syntax.Scopes;
import io.finemesh.template.syntax.Statement;
import io.finemesh.template.value.Value;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A chat template as models carry one in {@code chat_template}: the language of Jinja2 3.1 in its immutable sandbox, with
 * {@code trim_blocks}, {@code lstrip_blocks}, loop controls, {@code generation} blocks, {@code raise_exception}, {@code strftime_now} and
 * a {@code tojson} that escapes nothing for HTML, as Hugging Face transformers sets it up (documentation: "Chat templates", "Writing a
 * chat template"; Jinja: "Template Designer Documentation"). A template is untrusted input: it reaches nothing of the Java platform, and
 * every rendering is bounded by {@link RenderLimits}. What is not implemented fails by name and line, never silently.
 *
 * <p>Deviations: the filters {@code random}, {@code pprint}, {@code striptags}, {@code urlize} and {@code wordwrap}, the function
 * {@code lipsum}, {@code autoescape true}, {@code self} and statements that need other templates are refused.
 *
 * <p>Immutable; any number of threads may render at once.
 */
public final class ChatTemplate {
    private final List<Statement> statements;
    private final Scopes scopes;
    private final RenderLimits limits;

    private ChatTemplate(List<Statement> statements, Scopes scopes, RenderLimits limits) {
        this.statements = statements;
        this.scopes = scopes;
        this.limits = limits;
    }

    /** Compiles with the default limits. */
    public static ChatTemplate compile(String source) {
        return compile(source, RenderLimits.DEFAULT);
    }

    /**
     * Compiles.
     *
     * @throws TemplateException where the text is not a template, with the line
     */
    public static ChatTemplate compile(String source, RenderLimits limits) {
        try {
            List<Statement> statements = Parser.parse(source, limits);
            return new ChatTemplate(statements, Scopes.of(statements, Filters.names(), Tests.names()), limits);
        } catch (StackOverflowError nested) {
            throw new Budget(limits).tooDeep();
        }
    }

    /**
     * Renders.
     *
     * @param context an object: messages, tools, special tokens, {@code add_generation_prompt}
     * @param clock what {@code strftime_now} reads, in the clock's own zone
     * @throws TemplateException where the template fails, refuses its input or reaches a limit
     */
    public Rendering render(JsonNode context, Clock clock) {
        return render(context, clock, Notation.PYTHON);
    }

    /** Renders with collections printed in this notation; {@link Notation#PYTHON} is what models are trained on. */
    public Rendering render(JsonNode context, Clock clock, Notation notation) {
        Budget budget = new Budget(limits);
        Surroundings surroundings = new Surroundings(budget, clock, notation);
        Map<String, Value> names = new LinkedHashMap<>(Functions.of(surroundings));
        context.properties().forEach(entry -> names.put(entry.getKey(), JsonText.read(entry.getValue(), budget)));
        Interpreter interpreter = new Interpreter(scopes, names, surroundings);
        String text = interpreter.run(statements);
        return new Rendering(text, interpreter.spans().map(spans -> spans.stream()
                .map(span -> new Rendering.Span(span.start(), span.end()))
                .toList()));
    }
}
