package io.finemesh.score.mtbench;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What depends on a question's category: how its answers are generated, and whether its judge sees a reference answer. */
public final class Category {
    /** Most new tokens of an answer. */
    public static final int LONGEST_ANSWER = 1024;

    /** Below this temperature the likeliest token is taken. */
    public static final double GREEDY_BELOW = 1e-4;

    private static final double OTHER = 0.7;
    private static final Map<String, Double> TEMPERATURES = Map.of(
            "writing", 0.7,
            "roleplay", 0.7,
            "extraction", 0.0,
            "math", 0.0,
            "coding", 0.0,
            "reasoning", 0.0,
            "stem", 0.1,
            "humanities", 0.1,
            "arena-hard-200", 0.0);
    private static final List<String> WITH_REFERENCE = List.of("math", "reasoning", "coding", "arena-hard-200");
    /** The published questions 81 to 160: ten of each, in this order. */
    private static final List<String> PUBLISHED =
            List.of("writing", "roleplay", "reasoning", "math", "coding", "extraction", "stem", "humanities");

    private static final long FIRST_PUBLISHED = 81;

    /** Questions of the published set. */
    public static final int PUBLISHED_QUESTIONS = 80;

    private Category() {}

    /** Temperature of the answers of a category; 0.7 for one that is not known. */
    public static double temperature(String category) {
        return TEMPERATURES.getOrDefault(category, OTHER);
    }

    /** Whether the answers of a category take the likeliest token. Others are drawn, seeded with the index of the choice. */
    public static boolean greedy(String category) {
        return temperature(category) < GREEDY_BELOW;
    }

    /** Whether the judge is shown a reference answer. */
    public static boolean needsReference(String category) {
        return WITH_REFERENCE.contains(category);
    }

    /** Category of a published question, by its id. */
    public static Optional<String> ofPublished(long question) {
        long place = question - FIRST_PUBLISHED;
        return place >= 0 && place < PUBLISHED_QUESTIONS
                ? Optional.of(PUBLISHED.get((int) (place / 10)))
                : Optional.empty();
    }
}
