package io.finemesh.engine.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The names of a tokenizer's special tokens, found in a rendered text and made unfindable in what a sample says. The leftmost name counts, of those that
 * begin at one place the longest, as the tokenizers library has it. Names of one letter are never found: nothing could keep a sample's own
 * apart from them.
 */
final class SpecialNames {
    /** Noncharacters of Unicode that nothing else here uses. */
    private static final char FIRST_MARK = '\uFDD2';

    private static final char LAST_MARK = '\uFDED';

    private final BitSet firsts = new BitSet();
    private final Map<Character, List<String>> byFirst = new HashMap<>();
    private final Set<String> beginnings = new HashSet<>();
    private final Set<String> endings = new HashSet<>();
    private final int longest;

    SpecialNames(Collection<String> names) {
        for (String name : names) {
            if (name.length() > 1) {
                firsts.set(name.charAt(0));
                byFirst.computeIfAbsent(name.charAt(0), _ -> new ArrayList<>()).add(name);
                for (int cut = 1; cut < name.length(); cut++) {
                    beginnings.add(name.substring(0, cut));
                    endings.add(name.substring(cut));
                }
            }
        }
        longest = names.stream().mapToInt(String::length).max().orElse(0);
        byFirst.values()
                .forEach(same ->
                        same.sort(Comparator.comparingInt(String::length).reversed()));
    }

    /** Every special token in a text, in order. */
    List<SpecialPlace> in(String text) {
        List<SpecialPlace> places = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            Optional<String> name = at(text, at);
            int start = at;
            name.ifPresent(found -> places.add(new SpecialPlace(start, found)));
            at += name.map(String::length).orElse(1);
        }
        return places;
    }

    private Optional<String> at(String text, int start) {
        if (!firsts.get(text.charAt(start))) {
            return Optional.empty();
        }
        return byFirst.get(text.charAt(start)).stream()
                .filter(name -> text.startsWith(name, start))
                .findFirst();
    }

    /**
     * A character that none of the texts has, to mark names with.
     *
     * @throws PromptException if they have all of them
     */
    static char markAbsentFrom(String texts) {
        return (char) IntStream.rangeClosed(FIRST_MARK, LAST_MARK)
                .filter(mark -> texts.indexOf(mark) < 0)
                .findFirst()
                .orElseThrow(() -> new PromptException(
                        PromptException.Reason.REFUSED_CONVERSATION,
                        "it has all of Unicode's noncharacters U+FDD2 to U+FDED, which no text is meant to have"));
    }

    /** A text with a mark within each name, so that it is found no more. */
    String marked(String said, char mark) {
        StringBuilder marked = new StringBuilder(said);
        // From the end, so that places before stay where they are.
        for (int at = said.length() - 1; at >= 0; at--) {
            if (at(said, at).isPresent()) {
                marked.insert(at + 1, mark);
            }
        }
        return marked.toString();
    }

    /** The same, and marked where it begins or ends with a part of a name, or is one, which what is written beside it could complete. */
    String markedWithEdges(String said, char mark) {
        StringBuilder marked = new StringBuilder(marked(said, mark));
        String bare = said.strip();
        if (bare.isEmpty()) {
            return said;
        }
        if (completesAName(bare) || isWithinAName(bare)) {
            marked.insert(leadingSpace(said), mark);
        }
        if (beginsAName(bare)) {
            marked.insert(
                    marked.length() - (said.length() - said.stripTrailing().length()), mark);
        }
        return marked.toString();
    }

    private static int leadingSpace(String said) {
        return said.length() - said.stripLeading().length();
    }

    /** Whether some name ends with what the text begins with. */
    private boolean completesAName(String text) {
        return IntStream.range(1, Math.min(longest, text.length() + 1))
                .anyMatch(length -> endings.contains(text.substring(0, length)));
    }

    private boolean isWithinAName(String text) {
        return text.length() < longest
                && byFirst.values().stream().flatMap(List::stream).anyMatch(name -> name.contains(text));
    }

    /** Whether some name begins with what the text ends with. */
    private boolean beginsAName(String text) {
        return IntStream.range(1, Math.min(longest, text.length() + 1))
                .anyMatch(length -> beginnings.contains(text.substring(text.length() - length)));
    }
}
