package io.finemesh.workbench.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.engine.optim.moment.DynamicMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The maps of 8-bit quantization, which must be the same bit for bit. */
final class MapParity {
    private static final Pattern PART =
            Pattern.compile("(signed|unsigned)_(?:(first|last)(\\d{1,3})|(\\d{1,3})_(\\d{1,3}))");
    private static final Pattern HASH = Pattern.compile("sha256_(signed|unsigned)_le_f32");

    private MapParity() {}

    static List<Finding> run(String key, JsonNode expected) {
        List<Finding> findings = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : expected.properties()) {
            findings.add(check(key + " " + field.getKey(), field.getKey(), field.getValue()));
        }
        return findings;
    }

    private static Finding check(String subject, String name, JsonNode value) {
        Matcher part = PART.matcher(name);
        Matcher hash = HASH.matcher(name);
        if (name.equals("signed") || name.equals("unsigned")) {
            return levels(subject, map(name).levels(), value);
        }
        if (part.matches()) {
            float[] all = map(part.group(1)).levels();
            int count = part.group(3) == null ? 0 : Math.min(all.length, Integer.parseInt(part.group(3)));
            if ("first".equals(part.group(2))) {
                return levels(subject, Arrays.copyOf(all, count), value);
            }
            if ("last".equals(part.group(2))) {
                return levels(subject, Arrays.copyOfRange(all, all.length - count, all.length), value);
            }
            int from = Math.min(all.length - 1, Integer.parseInt(part.group(4)));
            return levels(subject, Arrays.copyOfRange(all, from, Math.min(all.length, from + value.size())), value);
        }
        if (hash.matches()) {
            return same(subject, sha256(map(hash.group(1)).levels()), value.asText());
        }
        if (name.startsWith("zero_index_")) {
            return same(
                    subject,
                    Integer.toString(map(name.substring("zero_index_".length())).zero()),
                    value.asText());
        }
        return Finding.of(subject, Finding.Status.NOT_CHECKED, "nothing of this version has this name");
    }

    private static DynamicMap map(String name) {
        return switch (name) {
            case "signed" -> DynamicMap.SIGNED;
            case "unsigned" -> DynamicMap.UNSIGNED;
            default -> throw new ParityException("found a map named " + name + "; understood are signed and unsigned");
        };
    }

    private static Finding levels(String subject, float[] found, JsonNode expected) {
        Deviation deviation = new Deviation(subject);
        if (found.length != expected.size() || found.length == 0) {
            return Finding.of(
                    subject,
                    Finding.Status.DIFFERS,
                    found.length + " values where " + expected.size() + " are expected");
        }
        for (int i = 0; i < found.length; i++) {
            deviation.compare("[" + i + "]", found[i], (float) ExpectedNumbers.number(expected.get(i), subject));
        }
        return Finding.of(deviation, 0);
    }

    private static Finding same(String subject, String found, String expected) {
        boolean same = found.equalsIgnoreCase(expected);
        return Finding.of(
                subject,
                same ? Finding.Status.AGREES : Finding.Status.DIFFERS,
                same ? "" : "found " + found + ", expected " + expected);
    }

    private static String sha256(float[] levels) {
        ByteBuffer bytes = ByteBuffer.allocate(levels.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float level : levels) {
            bytes.putFloat(level);
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
