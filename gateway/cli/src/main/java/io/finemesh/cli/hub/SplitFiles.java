package io.finemesh.cli.hub;

import io.finemesh.cli.hub.HubException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The files of a split: one, or all parts of it.
 *
 * @param files their paths, parts by number
 * @param shown the path, with a star for the numbers of parts
 */
record SplitFiles(List<String> files, String shown) {
    private static final Pattern SAFE = Pattern.compile("[^\\p{Cntrl}\\\\]{1,400}");
    private static final List<String> ENDINGS = List.of(".parquet", ".jsonl", ".json", ".csv");

    /** A part's path without its ending: what it is a part of, its number, how many there are, and what some tools put behind that. */
    private static final Pattern PART = Pattern.compile("(.*)-([0-9]{5})-of-([0-9]{5})(?:-[0-9a-f]{16})?");

    SplitFiles {
        files = List.copyOf(files);
    }

    /** A file that can be read. */
    private record Candidate(String path) {
        String stem() {
            return ENDINGS.stream()
                    .filter(path::endsWith)
                    .findFirst()
                    .map(ending -> path.substring(0, path.length() - ending.length()))
                    .orElse(path);
        }

        String ending() {
            return path.substring(stem().length());
        }

        /** What it is, or is a part of. */
        String whole() {
            Matcher part = PART.matcher(stem());
            return part.matches() ? part.group(1) : stem();
        }

        /** The number of a part, from 0; -1 for a file that is no part. */
        int number() {
            Matcher part = PART.matcher(stem());
            return part.matches() ? Integer.parseInt(part.group(2)) : -1;
        }

        int parts() {
            Matcher part = PART.matcher(stem());
            return part.matches() ? Integer.parseInt(part.group(3)) : 0;
        }

        /** What files have in common that are parts of one thing. */
        String kinship() {
            return whole() + (number() < 0 ? "" : "-*-of-" + "%05d".formatted(parts())) + ending();
        }
    }

    /** The files of a split: named by its path without ending, with or without {@code data/} and the numbers of its parts; or by the end of that. A part that is named is one file. */
    static SplitFiles choose(HubDataset dataset, List<String> paths) throws HubException {
        List<Candidate> readable = paths.stream()
                .filter(path -> SAFE.matcher(path).matches()
                        && ENDINGS.stream().anyMatch(path::endsWith)
                        && !path.startsWith(".")
                        && !path.equals("dataset_infos.json"))
                .sorted()
                .map(Candidate::new)
                .toList();
        List<Candidate> found =
                dataset.split().map(split -> matching(readable, split)).orElse(readable);
        for (String ending : ENDINGS) {
            Map<String, List<Candidate>> kin = found.stream()
                    .filter(file -> file.ending().equals(ending))
                    .collect(Collectors.groupingBy(Candidate::kinship));
            if (kin.size() == 1) {
                return parts(dataset, kin.values().iterator().next());
            }
            if (!kin.isEmpty()) {
                throw new HubException(
                        Reason.AMBIGUOUS,
                        dataset + " means " + kin.size() + " files; name one of them behind a colon: "
                                + some(kin.values().stream().map(List::getFirst)));
            }
        }
        throw new HubException(
                Reason.NOT_FOUND,
                readable.isEmpty()
                        ? dataset + " has no file that can be read (" + String.join(", ", ENDINGS) + ")"
                        : dataset + " names no file; there are " + some(readable.stream()));
    }

    private static SplitFiles parts(HubDataset dataset, List<Candidate> kin) throws HubException {
        Candidate first = kin.getFirst();
        boolean named = kin.size() == 1
                && dataset.split()
                        .filter(split -> PART.matcher(split).matches())
                        .isPresent();
        if (first.number() < 0 || named) {
            return new SplitFiles(List.of(first.path()), first.path());
        }
        Map<Integer, List<Candidate>> byNumber = kin.stream().collect(Collectors.groupingBy(Candidate::number));
        List<String> missing = IntStream.range(0, first.parts())
                .filter(number -> !byNumber.containsKey(number))
                .mapToObj(number -> "%s-%05d-of-%05d%s".formatted(first.whole(), number, first.parts(), first.ending()))
                .toList();
        if (!missing.isEmpty()) {
            throw new HubException(
                    Reason.INCOMPLETE,
                    dataset + " is in " + first.parts() + " parts, and " + missing.size() + " are not there: "
                            + missing.stream().limit(12).collect(Collectors.joining(", "))
                            + (missing.size() > 12 ? ", ..." : "")
                            + "; name a part behind a colon to take that one alone");
        }
        List<String> files = new ArrayList<>();
        for (List<Candidate> of : byNumber.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList()) {
            if (of.size() > 1 || of.getFirst().number() >= first.parts()) {
                throw new HubException(
                        Reason.AMBIGUOUS,
                        dataset + " is in " + first.parts() + " parts, and "
                                + of.stream().map(Candidate::path).collect(Collectors.joining(", "))
                                + (of.size() > 1 ? " are the same one" : " is none of them"));
            }
            files.add(of.getFirst().path());
        }
        return new SplitFiles(files, first.kinship());
    }

    /** Whole paths first, then those below {@code data/}, then ends of paths. */
    private static List<Candidate> matching(List<Candidate> files, String split) {
        List<Predicate<String>> ways =
                List.of(split::equals, ("data/" + split)::equals, name -> name.endsWith("/" + split));
        return ways.stream()
                .map(way -> files.stream()
                        .filter(file -> way.test(file.stem()) || way.test(file.whole()))
                        .toList())
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /** As they can be named. */
    private static String some(Stream<Candidate> files) {
        List<String> names = files.map(Candidate::whole).distinct().sorted().toList();
        return names.stream().limit(12).collect(Collectors.joining(", ")) + (names.size() > 12 ? ", ..." : "");
    }
}
