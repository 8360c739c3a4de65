package io.finemesh.template.limit;

/** A text under construction that never grows beyond its budget. */
public final class BoundedText {
    private final StringBuilder characters = new StringBuilder();
    private final Budget budget;
    private long paid;

    public BoundedText(Budget budget) {
        this.budget = budget;
    }

    /** Adds a text. */
    public BoundedText append(String text) {
        reserve(text.length());
        characters.append(text);
        return this;
    }

    /** Adds one code point. */
    public BoundedText append(int codePoint) {
        reserve(1);
        characters.appendCodePoint(codePoint);
        return this;
    }

    private void reserve(int more) {
        long length = (long) characters.length() + more;
        if (length > budget.limits().outputCharacters()) {
            budget.text(length);
        }
        if (length > paid) {
            long block = Math.max(more, 256);
            budget.allocate(block);
            paid += block;
        }
    }

    /** Length so far, in Java characters. */
    public int length() {
        return characters.length();
    }

    @Override
    public String toString() {
        return characters.toString();
    }
}
