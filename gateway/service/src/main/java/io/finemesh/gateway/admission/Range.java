package io.finemesh.gateway.admission;

/**
 * Numbers from one bound to another; not a number is in none.
 *
 * @param least lower bound
 * @param leastIncluded whether the lower bound itself is allowed
 * @param most upper bound
 * @param mostIncluded whether the upper bound itself is allowed
 */
record Range(double least, boolean leastIncluded, double most, boolean mostIncluded) {
    static Range above(double least, double most) {
        return new Range(least, false, most, true);
    }

    static Range from(double least, double most) {
        return new Range(least, true, most, true);
    }

    static Range fromBelow(double least, double most) {
        return new Range(least, true, most, false);
    }

    boolean holds(double number) {
        return (leastIncluded ? number >= least : number > least) && (mostIncluded ? number <= most : number < most);
    }

    String words() {
        return "a number " + (leastIncluded ? "from " : "above ") + show(least)
                + (mostIncluded ? (leastIncluded ? " to " : " and at most ") : " and below ") + show(most);
    }

    private static String show(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
}
