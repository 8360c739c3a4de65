package io.finemesh.docs;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the contract's sources say about a record and its components. Every record and every component must say something. */
final class ContractJavadoc {
    private static final Pattern TAG = Pattern.compile("@param\\s+(\\w+)\\s+([^@]*)");
    private final Map<Class<?>, String> comments = new HashMap<>();

    /** Sentences before the first tag. */
    String summary(Class<?> type) {
        String comment = comment(type);
        int tag = comment.indexOf("@param");
        return plain(tag < 0 ? comment : comment.substring(0, tag));
    }

    /** Words of one {@code @param}. */
    String component(Class<?> type, String name) {
        Matcher tags = TAG.matcher(comment(type));
        while (tags.find()) {
            if (tags.group(1).equals(name)) {
                return plain(tags.group(2));
            }
        }
        throw new AssertionError(type.getName() + " says nothing about its component " + name);
    }

    private String comment(Class<?> type) {
        return comments.computeIfAbsent(type, ContractJavadoc::read);
    }

    private static String read(Class<?> type) {
        String source = SourceTree.read(
                SourceTree.file("contract/src/main/java/" + type.getName().replace('.', '/') + ".java"));
        int declaration = source.indexOf("\npublic ");
        int end = source.lastIndexOf("*/", declaration);
        int start = source.lastIndexOf("/**", end);
        if (start < 0 || end < 0) {
            throw new AssertionError(type.getName() + " has no Javadoc");
        }
        return source.substring(start + 3, end).replaceAll("\\n\\s*\\*", "\n");
    }

    private static String plain(String text) {
        String words = text.replaceAll("\\{@(?:code|link)\\s+([^}]*)}", "$1")
                .replaceAll("\\s+", " ")
                .strip();
        return words.replace("|", "\\|");
    }
}
