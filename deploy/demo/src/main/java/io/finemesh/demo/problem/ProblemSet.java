package io.finemesh.demo.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A family's problems, split by their numbers: a pair of numbers that is held out never occurs in training, whatever person or thing
 * the problem is about. The same seed gives the same problems.
 *
 * @param training problems to learn from
 * @param heldOut problems about pairs that are never trained on, each pair once
 */
public record ProblemSet(List<Problem> training, List<Problem> heldOut) {
    private static final int HELD_OUT_PERCENT = 15;

    public ProblemSet {
        training = List.copyOf(training);
        heldOut = List.copyOf(heldOut);
    }

    /**
     * Draws a set.
     *
     * @param family which problems
     * @param copies how often each training pair occurs, each time about another person and thing
     * @param seed seed of every choice
     */
    public static ProblemSet of(ProblemFamily family, int copies, long seed) {
        RandomGenerator random = generator(family, seed);
        List<ProblemFamily.Pair> pairs = shuffled(family.pairs(), random);
        int heldOutPairs = heldOut(pairs);
        List<Problem> heldOut = new ArrayList<>();
        List<Problem> training = new ArrayList<>();
        for (ProblemFamily.Pair pair : pairs.subList(0, heldOutPairs)) {
            heldOut.add(family.word(pair, random));
        }
        for (int copy = 0; copy < copies; copy++) {
            for (ProblemFamily.Pair pair : pairs.subList(heldOutPairs, pairs.size())) {
                training.add(family.word(pair, random));
            }
        }
        return new ProblemSet(training, heldOut);
    }

    /** Every pair that is not held out, in a fixed order. */
    static List<ProblemFamily.Pair> trainingPairs(ProblemFamily family, long seed) {
        List<ProblemFamily.Pair> pairs = shuffled(family.pairs(), generator(family, seed));
        return pairs.subList(heldOut(pairs), pairs.size());
    }

    private static RandomGenerator generator(ProblemFamily family, long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed + family.ordinal());
    }

    private static int heldOut(List<ProblemFamily.Pair> pairs) {
        return pairs.size() * HELD_OUT_PERCENT / 100;
    }

    static <T> List<T> shuffled(List<T> values, RandomGenerator random) {
        List<T> shuffled = new ArrayList<>(values);
        for (int last = shuffled.size() - 1; last > 0; last--) {
            int other = random.nextInt(last + 1);
            T held = shuffled.get(last);
            shuffled.set(last, shuffled.get(other));
            shuffled.set(other, held);
        }
        return shuffled;
    }
}
