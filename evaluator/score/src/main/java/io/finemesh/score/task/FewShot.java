package io.finemesh.score.task;

import io.finemesh.score.python.PythonRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses the worked examples of each prompt as lm-evaluation-harness does. One generator serves the whole task, in the order of its documents: what the
 * eighth document gets depends on the seven before it. So all choices are made at once, on one thread, before anything is asked.
 */
public final class FewShot {
    /** The seed that the reference takes. */
    public static final long DEFAULT_SEED = 1234;

    private FewShot() {}

    /**
     * Random choices for each of the first documents.
     *
     * @param pool what is drawn from
     * @param count worked examples in a prompt
     * @param documents documents that are asked, in order
     * @param fromSameSplit the pool is the split that is evaluated: one more is drawn, and those equal to the document are dropped
     */
    public static <D> List<List<D>> sampled(
            List<D> pool, int count, List<D> documents, boolean fromSameSplit, long seed) {
        int drawn = count == 0 ? 0 : count + (fromSameSplit ? 1 : 0);
        requireEnough(pool.size(), drawn);
        PythonRandom random = new PythonRandom(seed);
        List<List<D>> choices = new ArrayList<>(documents.size());
        for (int document = 0; document < documents.size(); document++) {
            List<D> chosen = new ArrayList<>(count);
            if (count > 0) {
                for (int index : random.sample(pool.size(), drawn)) {
                    D candidate = pool.get(index);
                    boolean itself = fromSameSplit && candidate.equals(documents.get(document));
                    if (!itself && chosen.size() < count) {
                        chosen.add(candidate);
                    }
                }
                if (chosen.size() < count) {
                    throw new TaskException(
                            TaskException.Reason.NOT_ENOUGH_SHOTS,
                            "document " + document + " is in the data set more than once, so only " + chosen.size()
                                    + " of " + count
                                    + " worked examples remain for it; drop the duplicates, or ask for fewer examples");
                }
            }
            choices.add(List.copyOf(chosen));
        }
        return choices;
    }

    /** The first ones, the same for every document. */
    public static <D> List<D> first(List<D> pool, int count) {
        requireEnough(pool.size(), count);
        return List.copyOf(pool.subList(0, count));
    }

    private static void requireEnough(int pool, int wanted) {
        if (wanted < 0 || wanted > pool) {
            throw new TaskException(
                    TaskException.Reason.NOT_ENOUGH_SHOTS,
                    wanted + " worked examples are to be drawn from " + pool
                            + "; ask for fewer, or give more to draw from");
        }
    }
}
