package io.finemesh.scheduler.trigger;

import java.util.List;

/**
 * Population stability index of two length histograms: the sum over bins of (p - q) ln(p / q), where p and q are the shares of new and old rows in the bin.
 * Half a row is added to every bin of both, so that an empty bin does not make the index infinite.
 */
final class LengthDrift {
    private static final double ADDED = 0.5;

    private LengthDrift() {}

    static double index(List<Long> trainedOn, List<Long> fresh) {
        int bins = Math.max(trainedOn.size(), fresh.size());
        double trainedTotal = total(trainedOn) + ADDED * bins;
        double freshTotal = total(fresh) + ADDED * bins;
        double index = 0;
        for (int bin = 0; bin < bins; bin++) {
            double before = (at(trainedOn, bin) + ADDED) / trainedTotal;
            double now = (at(fresh, bin) + ADDED) / freshTotal;
            index += (now - before) * Math.log(now / before);
        }
        return index;
    }

    private static long at(List<Long> histogram, int bin) {
        return bin < histogram.size() ? histogram.get(bin) : 0;
    }

    private static long total(List<Long> histogram) {
        return histogram.stream().mapToLong(Long::longValue).sum();
    }
}
