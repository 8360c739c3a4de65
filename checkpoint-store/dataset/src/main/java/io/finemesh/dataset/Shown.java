package io.finemesh.dataset;

/** Foreign text in messages. */
final class Shown {
    private static final int LONGEST = 100;

    private Shown() {}

    /** Printable and of bounded length. */
    static String text(String text) {
        String printable = text.replaceAll("\\p{Cntrl}+", " ");
        return printable.length() <= LONGEST ? printable : printable.substring(0, LONGEST) + "…";
    }
}
