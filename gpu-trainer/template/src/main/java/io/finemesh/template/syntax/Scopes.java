package io.finemesh.template.syntax;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.syntax.Statement.Branch;
import io.finemesh.template.syntax.Statement.Signature;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every scope of a template: the template itself, and the bodies of loops, macros and blocks. */
public final class Scopes {
    /** Special names that the body of a macro uses; only then does the macro take such arguments. */
    public record Specials(boolean caller, boolean named, boolean positional) {}

    private final Map<Statement, Scope> bodies = new IdentityHashMap<>();
    private final Map<Statement, Scope> otherwise = new IdentityHashMap<>();
    private final Map<Statement, Scope> filters = new IdentityHashMap<>();
    private final Map<Statement, Specials> specials = new IdentityHashMap<>();
    private final Scope root = new Scope(null);
    private final Set<String> knownFilters;
    private final Set<String> knownTests;

    private Scopes(Set<String> knownFilters, Set<String> knownTests) {
        this.knownFilters = knownFilters;
        this.knownTests = knownTests;
    }

    /**
     * Finds the scopes of a template.
     *
     * @throws TemplateException where a filter or test that does not exist is used outside any condition
     */
    public static Scopes of(List<Statement> template, Set<String> knownFilters, Set<String> knownTests) {
        Scopes scopes = new Scopes(knownFilters, knownTests);
        scopes.fill(scopes.root, template);
        return scopes;
    }

    public Scope root() {
        return root;
    }

    /** The scope of a statement's body. */
    public Scope body(Statement statement) {
        return bodies.get(statement);
    }

    /** The scope of what a loop does when it has no elements. */
    public Scope otherwise(Statement.For loop) {
        return otherwise.get(loop);
    }

    /** The scope of a loop's filter. */
    public Scope filter(Statement.For loop) {
        return filters.get(loop);
    }

    /** Special names that the body of a macro or call block uses. */
    public Specials specials(Statement statement) {
        return specials.get(statement);
    }

    private void fill(Scope scope, List<Statement> statements) {
        Visit visit = new Visit(scope);
        statements.forEach(statement -> visit.statement(statement, false));
        statements.forEach(statement -> inner(statement, scope));
    }

    /** Finds the scopes within a statement, now that all names of the scope around it are known. */
    private void inner(Statement statement, Scope around) {
        switch (statement) {
            case Statement.For loop -> {
                Scope filter = new Scope(around);
                declare(filter, loop.target());
                loop.filter().ifPresent(test -> new Visit(filter).expression(test, false));
                filters.put(loop, filter);
                Scope body = new Scope(around);
                body.declare("loop");
                declare(body, loop.target());
                fill(body, loop.body());
                bodies.put(loop, body);
                Scope other = new Scope(around);
                fill(other, loop.otherwise());
                otherwise.put(loop, other);
            }
            case Statement.If condition -> {
                condition.branches().forEach(branch -> branch.body().forEach(each -> inner(each, around)));
                condition.otherwise().forEach(each -> inner(each, around));
            }
            case Statement.Macro macro -> function(macro, macro.signature(), macro.body(), around);
            case Statement.CallBlock call -> function(call, call.signature(), call.body(), around);
            case Statement.Capture capture -> {
                Scope body = new Scope(around);
                capture.filter().ifPresent(filter -> new Visit(body).expression(filter, false));
                plain(capture, capture.body(), body);
            }
            case Statement.FilterBlock block -> plain(block, block.body(), new Scope(around));
            case Statement.Autoescape escape -> {
                Scope body = new Scope(around);
                new Visit(body).expression(escape.condition(), false);
                plain(escape, escape.body(), body);
            }
            case Statement.Generation generation -> plain(generation, generation.body(), new Scope(around));
            case Statement.Block block -> plain(block, block.body(), new Scope(null));
            case Statement.With with -> {
                Scope body = new Scope(around);
                with.targets().forEach(target -> declare(body, target));
                plain(with, with.body(), body);
            }
            case Statement.Data data -> {}
            case Statement.Output output -> {}
            case Statement.Assignment assignment -> {}
            case Statement.Break stop -> {}
            case Statement.Continue next -> {}
            case Statement.OtherTemplate other -> {}
        }
    }

    private void plain(Statement statement, List<Statement> body, Scope scope) {
        bodies.put(statement, scope);
        fill(scope, body);
    }

    private void function(Statement statement, Signature signature, List<Statement> body, Scope around) {
        Scope scope = new Scope(around);
        signature.names().forEach(scope::declare);
        Visit visit = new Visit(scope);
        signature.defaults().forEach(expression -> visit.expression(expression, false));
        Names names = new Names();
        body.forEach(names::statement);
        boolean caller = names.uses("caller") && !signature.names().contains("caller");
        boolean named = names.uses("kwargs") && !signature.names().contains("kwargs");
        boolean positional = names.uses("varargs") && !signature.names().contains("varargs");
        int explicit = signature.names().indexOf("caller");
        if (explicit >= 0
                && names.uses("caller")
                && signature.defaultOf(explicit).isEmpty()) {
            throw TemplateException.syntax(statement.line(), "a parameter 'caller' is left out or has a default");
        }
        for (Statement each : body) {
            visit.statement(each, false);
        }
        if (caller) {
            scope.declare("caller");
        }
        if (named) {
            scope.declare("kwargs");
        }
        if (positional) {
            scope.declare("varargs");
        }
        specials.put(statement, new Specials(caller || explicit >= 0 && names.uses("caller"), named, positional));
        bodies.put(statement, scope);
        body.forEach(each -> inner(each, scope));
    }

    private static void declare(Scope scope, Target target) {
        switch (target) {
            case Target.Variable variable -> scope.declare(variable.name());
            case Target.Several several -> several.targets().forEach(inner -> declare(scope, inner));
            case Target.NamespaceAttribute attribute -> scope.load(attribute.name());
        }
    }

    /** Notes what the statements of one scope load and store, in order; bodies with a scope of their own are left out. */
    private final class Visit {
        private Scope scope;

        Visit(Scope scope) {
            this.scope = scope;
        }

        void statement(Statement statement, boolean conditional) {
            switch (statement) {
                case Statement.Output output -> output.values().forEach(value -> expression(value, conditional));
                case Statement.For loop -> expression(loop.over(), conditional);
                case Statement.If condition -> condition(condition.branches(), condition.otherwise());
                case Statement.Assignment assignment -> {
                    expression(assignment.value(), conditional);
                    target(assignment.target());
                }
                case Statement.Capture capture -> target(capture.target());
                case Statement.Macro macro -> scope.store(macro.name());
                case Statement.CallBlock call -> expression(call.call(), conditional);
                case Statement.FilterBlock block -> expression(block.filter(), conditional);
                case Statement.With with -> with.values().forEach(value -> expression(value, conditional));
                case Statement.Data data -> {}
                case Statement.Autoescape escape -> {}
                case Statement.Block block -> {}
                case Statement.Generation generation -> {}
                case Statement.Break stop -> {}
                case Statement.Continue next -> {}
                case Statement.OtherTemplate other -> {}
            }
        }

        private void condition(List<Branch> branches, List<Statement> otherwise) {
            expression(branches.getFirst().test(), true);
            Scope outside = scope;
            Scope first = outside.copy();
            scope = first;
            branches.getFirst().body().forEach(each -> statement(each, true));
            Scope others = outside.copy();
            scope = others;
            for (Branch branch : branches.subList(1, branches.size())) {
                condition(List.of(branch), List.of());
            }
            Scope last = outside.copy();
            scope = last;
            otherwise.forEach(each -> statement(each, true));
            scope = outside;
            scope.merge(List.of(first, others, last));
        }

        private void target(Target target) {
            switch (target) {
                case Target.Variable variable -> scope.store(variable.name());
                case Target.NamespaceAttribute attribute -> scope.load(attribute.name());
                case Target.Several several -> several.targets().forEach(this::target);
            }
        }

        void expression(Expression expression, boolean conditional) {
            switch (expression) {
                case Expression.Name name -> scope.load(name.name());
                case Expression.Filter filter ->
                    check("filter", filter.name(), knownFilters, conditional, filter.line());
                case Expression.Test test -> check("test", test.name(), knownTests, conditional, test.line());
                case Expression other -> {}
            }
            boolean below = conditional || expression instanceof Expression.Conditional;
            Parts.of(expression, part -> expression(part, below));
        }

        private void check(String kind, String name, Set<String> known, boolean conditional, int line) {
            if (!conditional && !known.contains(name)) {
                throw TemplateException.unsupported("there is no " + kind + " '" + name + "'")
                        .at(line);
            }
        }
    }

    /** Which names a piece of a template reads anywhere, blocks apart. */
    private static final class Names {
        private final Set<String> read = new java.util.HashSet<>();

        boolean uses(String name) {
            return read.contains(name);
        }

        void statement(Statement statement) {
            switch (statement) {
                case Statement.Output output -> output.values().forEach(this::expression);
                case Statement.For loop -> {
                    expression(loop.over());
                    loop.filter().ifPresent(this::expression);
                    loop.body().forEach(this::statement);
                    loop.otherwise().forEach(this::statement);
                }
                case Statement.If condition -> {
                    for (Branch branch : condition.branches()) {
                        expression(branch.test());
                        branch.body().forEach(this::statement);
                    }
                    condition.otherwise().forEach(this::statement);
                }
                case Statement.Assignment assignment -> expression(assignment.value());
                case Statement.Capture capture -> {
                    capture.filter().ifPresent(this::expression);
                    capture.body().forEach(this::statement);
                }
                case Statement.Macro macro -> {
                    macro.signature().defaults().forEach(this::expression);
                    macro.body().forEach(this::statement);
                }
                case Statement.CallBlock call -> {
                    expression(call.call());
                    call.signature().defaults().forEach(this::expression);
                    call.body().forEach(this::statement);
                }
                case Statement.FilterBlock block -> {
                    expression(block.filter());
                    block.body().forEach(this::statement);
                }
                case Statement.With with -> {
                    with.values().forEach(this::expression);
                    with.body().forEach(this::statement);
                }
                case Statement.Autoescape escape -> {
                    expression(escape.condition());
                    escape.body().forEach(this::statement);
                }
                case Statement.Generation generation -> generation.body().forEach(this::statement);
                case Statement.Data data -> {}
                case Statement.Block block -> {}
                case Statement.Break stop -> {}
                case Statement.Continue next -> {}
                case Statement.OtherTemplate other -> {}
            }
        }

        private void expression(Expression expression) {
            if (expression instanceof Expression.Name name) {
                read.add(name.name());
            }
            Parts.of(expression, this::expression);
        }
    }
}
