package io.finemesh.template.limit;

import io.finemesh.template.failure.TemplateException;

/** Counts what one rendering uses; every operation whose cost a template can choose pays here before it is done. */
public final class Budget {
    private static final int CELLS_PER_STEP = 256;

    private final RenderLimits limits;
    private long stepsLeft;
    private long cellsLeft;
    private int depth;

    public Budget(RenderLimits limits) {
        this.limits = limits;
        this.stepsLeft = limits.steps();
        this.cellsLeft = limits.allocatedCells();
    }

    /** One evaluated node. */
    public void step() {
        if (--stepsLeft < 0) {
            throw outOfSteps();
        }
    }

    /** An operation that reads {@code cells} characters or elements. */
    public void read(long cells) {
        stepsLeft -= 1 + cells / CELLS_PER_STEP;
        if (stepsLeft < 0) {
            throw outOfSteps();
        }
    }

    /** A comparison or conversion that visits {@code nodes} values one by one. */
    public void visit(long nodes) {
        stepsLeft -= nodes;
        if (stepsLeft < 0) {
            stepsLeft = 0;
            throw outOfSteps();
        }
    }

    /** A text of {@code characters} is about to be made. */
    public void text(long characters) {
        if (characters > limits.outputCharacters()) {
            throw TemplateException.limit(
                    "a text of " + characters + " characters; at most " + limits.outputCharacters() + " are allowed");
        }
        allocate(characters);
    }

    /** A collection of {@code elements} is about to be made. */
    public void allocate(long elements) {
        read(elements);
        cellsLeft -= elements;
        if (cellsLeft < 0) {
            throw TemplateException.limit("the template makes values of more than " + limits.allocatedCells()
                    + " characters and elements together; more is not allowed");
        }
    }

    /** Begins a nested evaluation. */
    public void enter() {
        if (++depth > limits.depth()) {
            throw tooDeep();
        }
    }

    /** Ends a nested evaluation. */
    public void leave() {
        depth--;
    }

    /** Nested evaluations at this moment, to come back to after a failure. */
    public int depth() {
        return depth;
    }

    public RenderLimits limits() {
        return limits;
    }

    /** The failure of a rendering that nests too deeply. */
    public TemplateException tooDeep() {
        return TemplateException.limit("blocks, expressions and macro calls nest deeper than " + limits.depth()
                + " levels; deeper is not allowed");
    }

    private TemplateException outOfSteps() {
        return TemplateException.limit("rendering takes more than " + limits.steps()
                + " steps; does a loop run too often? More is not allowed");
    }
}
