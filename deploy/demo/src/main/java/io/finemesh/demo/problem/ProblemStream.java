package io.finemesh.demo.problem;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/**
 * Problems in the order in which they come: no question comes twice, and none is about a pair of numbers that a {@link ProblemSet} of the same seed holds out.
 *
 * @param first problems to begin with
 * @param right problems that come then
 * @param wrong problems that come last, each with a {@linkplain WrongAnswer wrong answer}
 */
public record ProblemStream(List<Problem> first, List<Problem> right, List<Problem> wrong) {
    public ProblemStream {
        first = List.copyOf(first);
        right = List.copyOf(right);
        wrong = List.copyOf(wrong);
    }

    /**
     * Draws a stream of sums. The same seed gives the same stream.
     *
     * @param seed seed of every choice
     * @throws IllegalArgumentException when there are not so many different questions
     */
    public static ProblemStream ofSums(int first, int right, int wrong, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Problem> all = ProblemSet.shuffled(
                ProblemSet.trainingPairs(ProblemFamily.SUMS, seed).stream()
                        .flatMap(pair -> ProblemFamily.SUMS.everyWording(pair).stream())
                        .toList(),
                random);
        if (first + right + wrong > all.size()) {
            throw new IllegalArgumentException((first + right + wrong) + " problems are wanted, and there are "
                    + all.size() + " different questions");
        }
        Stream<Problem> last = all.subList(first + right, first + right + wrong).stream();
        return new ProblemStream(
                all.subList(0, first),
                all.subList(first, first + right),
                last.map(WrongAnswer::to).toList());
    }
}
