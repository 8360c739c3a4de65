package io.finemesh.gateway.document;

/** What a document may grow to while it is read; far above any honest one, far below what would hurt. */
final class Limits {
    /** Mappings and lists inside each other. */
    static final int DEPTH = 32;

    /** Values after aliases are followed, so that a few lines cannot stand for billions. */
    static final int VALUES = 10_000;

    /** Digits of a whole number that are kept exactly. */
    static final int DIGITS = 40;

    private Limits() {}

    static DocumentException tooDeep(Place place) {
        return new DocumentException("the document is nested more than " + DEPTH + " levels deep", place);
    }

    static DocumentException tooMany(Place place) {
        return new DocumentException(
                "the document holds more than " + VALUES + " values once its aliases are followed", place);
    }
}
