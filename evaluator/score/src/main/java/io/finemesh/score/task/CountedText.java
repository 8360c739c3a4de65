package io.finemesh.score.task;

/** A text that may be looked at so often and no more: what stops a regular expression that tries every way through it. */
final class CountedText implements CharSequence {
    private final String text;
    private long left;

    /** The expression looked more often than a linear one needs. */
    static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exhausted() {
            super("", null, false, false);
        }
    }

    CountedText(String text, long looks) {
        this.text = text;
        this.left = looks;
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        if (--left < 0) {
            throw new Exhausted();
        }
        return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
