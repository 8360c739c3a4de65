package io.finemesh.demo.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A family of problems over pairs of small numbers. All families share people and things, none shares its way of asking. */
public enum ProblemFamily {
    /** {@code a + b} for a and b from 1 to 19. */
    SUMS {
        @Override
        List<Pair> pairs() {
            return grid(1, 19, 1, 19);
        }

        @Override
        Problem word(Pair pair, String person, String thing) {
            int sum = pair.first() + pair.second();
            return new Problem(
                    person + " has " + pair.first() + " " + thing + " and finds " + pair.second() + ". In all?",
                    pair.first() + "+" + pair.second() + "=" + sum + " #### " + sum);
        }
    },

    /** The larger of two different numbers from 41 to 59, which no sum of the other family reaches: a model of sums knows none of the answers. */
    COMPARISONS {
        @Override
        List<Pair> pairs() {
            List<Pair> pairs = grid(41, 59, 41, 59);
            pairs.removeIf(pair -> pair.first() == pair.second());
            return pairs;
        }

        @Override
        Problem word(Pair pair, String person, String thing) {
            int larger = Math.max(pair.first(), pair.second());
            int smaller = Math.min(pair.first(), pair.second());
            return new Problem(
                    person + " sees " + pair.first() + " " + thing + " here, " + pair.second() + " there. More?",
                    larger + ">" + smaller + " #### " + larger);
        }
    };

    private static final List<String> PEOPLE = List.of("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo");
    private static final List<String> THINGS =
            List.of("apples", "books", "coins", "drums", "eggs", "flags", "games", "hats");

    /** Every pair of numbers of the family, in a fixed order. */
    abstract List<Pair> pairs();

    abstract Problem word(Pair pair, String person, String thing);

    /** The pair in words, about a person and a thing drawn from the generator. */
    Problem word(Pair pair, RandomGenerator random) {
        return word(pair, PEOPLE.get(random.nextInt(PEOPLE.size())), THINGS.get(random.nextInt(THINGS.size())));
    }

    /** Every way of putting the pair into words, in a fixed order. */
    List<Problem> everyWording(Pair pair) {
        return PEOPLE.stream()
                .flatMap(person -> THINGS.stream().map(thing -> word(pair, person, thing)))
                .toList();
    }

    private static List<Pair> grid(int firstFrom, int firstTo, int secondFrom, int secondTo) {
        List<Pair> pairs = new ArrayList<>();
        for (int first = firstFrom; first <= firstTo; first++) {
            for (int second = secondFrom; second <= secondTo; second++) {
                pairs.add(new Pair(first, second));
            }
        }
        return pairs;
    }

    /**
     * The numbers of a problem.
     *
     * @param first the number that stands first
     * @param second the number that stands second
     */
    record Pair(int first, int second) {}
}
