package io.finemesh.engine.optim.galore;

import io.finemesh.checkpoint.model.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets each matrix's refresh interval follow how fast its subspace turns. The measure is the overlap of the bases before and after a refresh,
 * ‖P_oldᵀ P_new‖²_F / r: 1 if they span the same, about r over the side if they have nothing to do with each other. Unlike the cosine of the first
 * singular vectors it knows no signs and sees all of the basis; and the interval shrinks as well as grows.
 *
 * @param growAt overlap from which the interval doubles
 * @param shrinkBelow overlap under which it halves
 * @param least updates between refreshes
 * @param most updates between refreshes
 */
public record AdaptiveInterval(double growAt, double shrinkBelow, int least, int most) {
    /** What is wrong with the values; empty if nothing. */
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        if (!(shrinkBelow >= 0 && shrinkBelow <= growAt && growAt <= 1)) {
            problems.add(new Problem(
                    "adaptive interval",
                    "shrink below " + shrinkBelow + ", grow at " + growAt,
                    "0 <= shrink below <= grow at <= 1"));
        }
        if (least < 1 || most < least) {
            problems.add(
                    new Problem("adaptive interval", "from " + least + " to " + most, "at least 1, and most >= least"));
        }
        return problems;
    }

    /** The interval after a refresh. */
    public long next(long interval, double overlap) {
        if (overlap >= growAt) {
            return Math.min(most, 2 * interval);
        }
        return overlap < shrinkBelow ? Math.max(least, interval / 2) : interval;
    }
}
