package io.finemesh.gateway.admission;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a mistyped name was probably meant to be: the known name with the smallest edit distance, if that is small enough. */
public final class NearestName {
    private static final int LONGEST = 128;

    private NearestName() {}

    /** The nearest of the known names; empty when none is near. */
    public static Optional<String> of(String given, Collection<String> known) {
        return several(given, known, 1).stream().findFirst();
    }

    /** Up to so many known names that are near, the nearest first. */
    public static List<String> several(String given, Collection<String> known, int atMost) {
        if (given.length() > LONGEST) {
            return List.of();
        }
        String wanted = plain(given);
        List<Candidate> near = new ArrayList<>();
        for (String name : known) {
            int distance = distance(wanted, plain(name));
            if (distance <= tolerance(wanted, plain(name))) {
                near.add(new Candidate(name, distance));
            } else if (wanted.length() >= 3 && (plain(name).startsWith(wanted) || wanted.startsWith(plain(name)))) {
                near.add(new Candidate(name, LONGEST + distance));
            }
        }
        return near.stream()
                .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .limit(atMost)
                .map(Candidate::name)
                .toList();
    }

    private static int tolerance(String wanted, String name) {
        return Math.max(1, Math.min(wanted.length(), name.length()) / 3);
    }

    /** Case and the choice between - and _ do not count. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** Edit distance in which swapping two neighbours is one edit (optimal string alignment). */
    static int distance(String left, String right) {
        int[] beforeLast = new int[right.length() + 1];
        int[] last = new int[right.length() + 1];
        int[] current = new int[right.length() + 1];
        for (int column = 0; column <= right.length(); column++) {
            last[column] = column;
        }
        for (int row = 1; row <= left.length(); row++) {
            current[0] = row;
            for (int column = 1; column <= right.length(); column++) {
                int change = left.charAt(row - 1) == right.charAt(column - 1) ? 0 : 1;
                int best = Math.min(Math.min(current[column - 1] + 1, last[column] + 1), last[column - 1] + change);
                if (row > 1
                        && column > 1
                        && left.charAt(row - 1) == right.charAt(column - 2)
                        && left.charAt(row - 2) == right.charAt(column - 1)) {
                    best = Math.min(best, beforeLast[column - 2] + 1);
                }
                current[column] = best;
            }
            int[] spare = beforeLast;
            beforeLast = last;
            last = current;
            current = spare;
        }
        return last[right.length()];
    }

    private record Candidate(String name, int distance) {}
}
