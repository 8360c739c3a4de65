package io.finemesh.template.render;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.library.Surroundings;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Iteration;
import io.finemesh.template.operation.TypeName;
import io.finemesh.template.syntax.Expression;
import io.finemesh.template.syntax.Scopes;
import io.finemesh.template.syntax.Statement;
import io.finemesh.template.syntax.Target;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Namespace;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Does the statements of a template, once. */
public final class Interpreter {
    /** How a statement ended. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    /**
     * Characters of the result that one generation block wrote.
     *
     * @param start first Java character
     * @param end character after the last
     */
    public record Span(int start, int end) {}

    private final Scopes scopes;
    private final Surroundings surroundings;
    private final Budget budget;
    private final Evaluator evaluator;
    private final Map<String, Value> context;
    private final List<Span> spans = new ArrayList<>();
    private Output output;
    private boolean generating;
    private boolean lostSpan;

    /**
     * @param scopes scopes of the template
     * @param context what names outside the template mean, functions included
     */
    public Interpreter(Scopes scopes, Map<String, Value> context, Surroundings surroundings) {
        this.scopes = scopes;
        this.surroundings = surroundings;
        this.budget = surroundings.budget();
        this.evaluator = new Evaluator(surroundings);
        this.context = new LinkedHashMap<>(context);
        this.output = new Output(budget, true);
    }

    /**
     * Renders.
     *
     * @throws TemplateException with the line where it happened
     */
    public String run(List<Statement> template) {
        try {
            block(template, new Frame(scopes.root(), null, context, true));
            return output.text();
        } catch (TemplateException failure) {
            throw failure.at(evaluator.line());
        } catch (StackOverflowError nested) {
            throw budget.tooDeep().at(evaluator.line());
        }
    }

    /** What generation blocks wrote, in order; empty where one of them wrote into a part whose place in the result is unknown. */
    public Optional<List<Span>> spans() {
        return lostSpan ? Optional.empty() : Optional.of(List.copyOf(spans));
    }

    private Flow block(List<Statement> statements, Frame frame) {
        for (Statement statement : statements) {
            Flow flow = statement(statement, frame);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow statement(Statement statement, Frame frame) {
        budget.step();
        budget.enter();
        evaluator.at(statement.line());
        Flow flow =
                switch (statement) {
                    case Statement.Data data -> {
                        output.write(data.text());
                        yield Flow.NEXT;
                    }
                    case Statement.Output printed -> {
                        for (Expression expression : printed.values()) {
                            Value value = evaluator.value(expression, frame);
                            output.write(surroundings.print(value));
                        }
                        yield Flow.NEXT;
                    }
                    case Statement.If condition -> condition(condition, frame);
                    case Statement.For loop -> {
                        Value elements = evaluator.value(loop.over(), frame);
                        loop(loop, elements, 0, frame);
                        yield Flow.NEXT;
                    }
                    case Statement.Assignment assignment -> {
                        assign(assignment.target(), evaluator.value(assignment.value(), frame), frame);
                        yield Flow.NEXT;
                    }
                    case Statement.Capture capture -> capture(capture, frame);
                    case Statement.Macro macro -> {
                        store(macro.name(), macro(macro, frame), frame);
                        yield Flow.NEXT;
                    }
                    case Statement.CallBlock call -> {
                        call(call, frame);
                        yield Flow.NEXT;
                    }
                    case Statement.FilterBlock block -> {
                        Frame inner = new Frame(scopes.body(block), frame, context, false);
                        Flow[] ended = new Flow[1];
                        String text = captured(() -> ended[0] = block(block.body(), inner));
                        if (ended[0] == Flow.NEXT) {
                            Value filtered = evaluator.filter(block.filter(), Text.of(text), frame);
                            output.write(surroundings.print(filtered));
                        }
                        yield ended[0];
                    }
                    case Statement.With with -> with(with, frame);
                    case Statement.Autoescape escape -> {
                        Frame inner = new Frame(scopes.body(escape), frame, context, false);
                        if (evaluator.holds(escape.condition(), inner)) {
                            throw TemplateException.unsupported("'autoescape true' is not implemented");
                        }
                        yield block(escape.body(), inner);
                    }
                    case Statement.Block block -> {
                        if (block.required()) {
                            throw TemplateException.value("the required block '" + block.name() + "' is not filled in");
                        }
                        namedBlock(block, frame);
                        yield Flow.NEXT;
                    }
                    case Statement.Generation generation -> {
                        generation(generation, frame);
                        yield Flow.NEXT;
                    }
                    case Statement.Break stop -> Flow.BREAK;
                    case Statement.Continue next -> Flow.CONTINUE;
                    case Statement.OtherTemplate other ->
                        throw TemplateException.unsupported(
                                "'" + other.tag() + "' needs another template; a chat template has no other");
                };
        budget.leave();
        return flow;
    }

    private Flow condition(Statement.If condition, Frame frame) {
        for (Statement.Branch branch : condition.branches()) {
            if (evaluator.holds(branch.test(), frame)) {
                return block(branch.body(), frame);
            }
        }
        return block(condition.otherwise(), frame);
    }

    private void loop(Statement.For loop, Value elements, long depth, Frame frame) {
        Iterator<Value> all = Iteration.over(elements, budget);
        Iterator<Value> chosen = loop.filter().isPresent() ? filtered(all, loop, frame) : all;
        Optional<Function<Value, Value>> recursion = loop.recursive()
                ? Optional.of(inner -> {
                    budget.enter();
                    Value text = Text.of(captured(() -> loop(loop, inner, depth + 1, frame)));
                    budget.leave();
                    return text;
                })
                : Optional.empty();
        LoopState state = new LoopState(chosen, depth, budget, recursion);
        boolean any = false;
        while (state.advance()) {
            any = true;
            budget.step();
            Frame body = new Frame(scopes.body(loop), frame, context, false);
            body.write("loop", state);
            assign(loop.target(), state.element(), body);
            if (block(loop.body(), body) == Flow.BREAK) {
                break;
            }
        }
        if (!any) {
            block(loop.otherwise(), new Frame(scopes.otherwise(loop), frame, context, false));
        }
    }

    private Iterator<Value> filtered(Iterator<Value> all, Statement.For loop, Frame frame) {
        Expression test = loop.filter().orElseThrow();
        return new Iterator<>() {
            private Value next;

            @Override
            public boolean hasNext() {
                while (next == null && all.hasNext()) {
                    budget.step();
                    Value candidate = all.next();
                    Frame scope = new Frame(scopes.filter(loop), frame, context, false);
                    assign(loop.target(), candidate, scope);
                    next = evaluator.holds(test, scope) ? candidate : null;
                }
                return next != null;
            }

            @Override
            public Value next() {
                if (!hasNext()) {
                    throw new java.util.NoSuchElementException();
                }
                Value result = next;
                next = null;
                return result;
            }
        };
    }

    private void assign(Target target, Value value, Frame frame) {
        switch (target) {
            case Target.Variable variable -> store(variable.name(), value, frame);
            case Target.NamespaceAttribute attribute -> {
                Value holder = frame.read(attribute.name());
                if (!(holder instanceof Namespace namespace)) {
                    throw TemplateException.type("'" + attribute.name() + "." + attribute.attribute()
                            + "' can only be set where '" + attribute.name() + "' is a namespace, not a value of type "
                            + TypeName.of(holder));
                }
                namespace.attributes().put(attribute.attribute(), value);
            }
            case Target.Several several -> {
                List<Value> parts = Iteration.collect(value, budget);
                if (parts.size() != several.targets().size()) {
                    throw TemplateException.value("a value of " + parts.size() + " elements cannot be spread over "
                            + several.targets().size() + " names");
                }
                for (int index = 0; index < parts.size(); index++) {
                    assign(several.targets().get(index), parts.get(index), frame);
                }
            }
        }
    }

    private void store(String name, Value value, Frame frame) {
        frame.write(name, value);
        if (frame.isTopLevel()) {
            context.put(name, value);
        }
    }

    private Flow capture(Statement.Capture capture, Frame frame) {
        Frame inner = new Frame(scopes.body(capture), frame, context, false);
        Flow[] ended = new Flow[1];
        Text text = Text.of(captured(() -> ended[0] = block(capture.body(), inner)));
        if (ended[0] == Flow.NEXT) {
            Value value = capture.filter().isPresent()
                    ? evaluator.filter(capture.filter().get(), text, inner)
                    : text;
            assign(capture.target(), value, frame);
        }
        return ended[0];
    }

    private Flow with(Statement.With with, Frame frame) {
        List<Value> values = new ArrayList<>(with.values().size());
        with.values().forEach(value -> values.add(evaluator.value(value, frame)));
        Frame inner = new Frame(scopes.body(with), frame, context, false);
        for (int index = 0; index < values.size(); index++) {
            assign(with.targets().get(index), values.get(index), inner);
        }
        return block(with.body(), inner);
    }

    /** What a block writes, kept from the output. */
    private String captured(Runnable body) {
        Output outside = output;
        Output inside = new Output(budget, false);
        output = inside;
        try {
            body.run();
        } finally {
            output = outside;
        }
        return inside.text();
    }

    private MacroValue macro(Statement.Macro macro, Frame frame) {
        return new MacroValue(
                macro.name(),
                macro.signature(),
                scopes.specials(macro),
                bound -> body(macro, macro.signature(), macro.body(), bound, frame));
    }

    private String body(
            Statement statement,
            Statement.Signature signature,
            List<Statement> body,
            Map<String, Value> bound,
            Frame around) {
        budget.enter();
        Frame frame = new Frame(scopes.body(statement), around, context, false);
        bound.forEach(frame::write);
        for (int index = 0; index < signature.names().size(); index++) {
            String name = signature.names().get(index);
            if (!bound.containsKey(name)) {
                Optional<Expression> otherwise = signature.defaultOf(index);
                frame.write(
                        name,
                        otherwise.isPresent()
                                ? evaluator.value(otherwise.get(), frame)
                                : Undefined.because("the parameter '" + name + "' was not given"));
            }
        }
        int line = evaluator.line();
        String text = captured(() -> block(body, frame));
        evaluator.at(line);
        budget.leave();
        return text;
    }

    private void call(Statement.CallBlock block, Frame frame) {
        MacroValue caller = new MacroValue(
                "caller",
                block.signature(),
                scopes.specials(block),
                bound -> body(block, block.signature(), block.body(), bound, frame));
        Expression.Call call = block.call();
        Value callee = evaluator.value(call.callee(), frame);
        Arguments given = evaluator.arguments(call.arguments(), frame);
        Map<String, Value> named = new LinkedHashMap<>(given.named());
        named.put("caller", caller);
        evaluator.at(call.line());
        Value result = evaluator.call(callee, new Arguments(given.positional(), named));
        output.write(surroundings.print(result));
    }

    private void namedBlock(Statement.Block block, Frame frame) {
        Map<String, Value> visible = context;
        if (block.scoped()) {
            visible = new LinkedHashMap<>(context);
            visible.putAll(frame.assigned());
        }
        block(block.body(), new Frame(scopes.body(block), null, visible, false));
    }

    private void generation(Statement.Generation generation, Frame frame) {
        Frame inner = new Frame(scopes.body(generation), frame, context, false);
        boolean outermost = !generating;
        int start = output.length();
        generating = true;
        block(generation.body(), inner);
        if (outermost) {
            generating = false;
            if (output.isResult()) {
                spans.add(new Span(start, output.length()));
            } else {
                lostSpan = true;
            }
        }
    }
}
