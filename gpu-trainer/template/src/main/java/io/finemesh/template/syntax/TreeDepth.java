package io.finemesh.template.syntax;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.failure.TemplateException.Reason;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** How deep the tree of every expression is, so that nothing that walks one can run out of stack. */
final class TreeDepth {
    /** Deepest tree; an expression somebody wrote by hand has a tenth of it. */
    private static final int DEEPEST = 300;

    private final Map<Expression, Integer> depths = new IdentityHashMap<>();

    /** Notes a node that was made of these parts. */
    <T extends Expression> T made(T node, Expression... parts) {
        int depth = 0;
        for (Expression part : parts) {
            depth = Math.max(depth, depths.getOrDefault(part, 0));
        }
        if (depth >= DEEPEST) {
            throw new TemplateException(
                    Reason.LIMIT,
                    node.line(),
                    "an expression nests deeper than " + DEEPEST + " levels; deeper is not allowed");
        }
        depths.put(node, depth + 1);
        return node;
    }

    <T extends Expression> T made(T node, List<Expression> parts) {
        return made(node, parts.toArray(Expression[]::new));
    }
}
