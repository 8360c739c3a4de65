package io.finemesh.checkpoint.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.safetensors.Dtype;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reports as JSON. Numbers are written so that reading gives the same bits. */
public final class ReportJson {
    private ReportJson() {}

    /** A report with its totals. */
    public static ObjectNode of(UpdateReport report) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("base", report.base()).put("checkpoint", report.checkpoint());
        document.put("verdict", report.verdict().wireName());
        ObjectNode totals = document.putObject("totals");
        totals.put("changed", report.changed().size())
                .put("unchanged", report.unchanged().size())
                .put("notComparable", report.found().size())
                .put("norm", report.norm());
        report.relativeNorm().ifPresent(value -> totals.put("relativeNorm", value));
        report.meanEffectiveRank().ifPresent(value -> totals.put("meanEffectiveRank", value));
        report.meanRankOfNinety().ifPresent(value -> totals.put("meanRankOfNinety", value));
        ArrayNode tensors = document.putArray("tensors");
        report.tensors().forEach(tensor -> tensors.add(of(tensor)));
        return document;
    }

    /**
     * The report of a document; totals follow from its tensors.
     *
     * @throws JsonException if it is none
     */
    public static UpdateReport report(JsonNode document) throws JsonException {
        List<TensorChange> tensors = new ArrayList<>();
        for (JsonNode tensor : document.path("tensors")) {
            tensors.add(change(tensor));
        }
        return new UpdateReport(text(document, "base"), text(document, "checkpoint"), tensors);
    }

    /** One tensor. */
    public static ObjectNode of(TensorChange change) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("tensor", change.name());
        switch (change) {
            case TensorChange.Unchanged same -> {
                node.put("outcome", "unchanged");
                shape(node, same.shape());
            }
            case TensorChange.Changed changed -> {
                node.put("outcome", "changed");
                shape(node, changed.shape());
                node.put("baseDtype", changed.baseDtype().name())
                        .put("dtype", changed.dtype().name());
                node.put("norm", changed.norm()).put("baseNorm", changed.baseNorm());
                changed.relativeNorm().ifPresent(value -> node.put("relativeNorm", value));
                node.put("largest", changed.largest());
                changed.spectrum().ifPresent(spectrum -> spectrum(node.putObject("spectrum"), spectrum));
            }
            case TensorChange.NotComparable found ->
                node.put("outcome", "not_comparable")
                        .put("finding", found.finding().wireName())
                        .put("detail", found.detail());
        }
        return node;
    }

    private static void shape(ObjectNode node, List<Long> shape) {
        ArrayNode extents = node.putArray("shape");
        shape.forEach(extents::add);
    }

    private static void spectrum(ObjectNode node, Spectrum spectrum) {
        node.put("fullRank", spectrum.fullRank())
                .put("effectiveRank", spectrum.effectiveRank())
                .put("rankOfNinety", spectrum.rankOfNinety());
        ArrayNode explained = node.putArray("explainedVariance");
        spectrum.explained()
                .forEach(point ->
                        explained.addObject().put("values", point.values()).put("share", point.share()));
    }

    /**
     * One tensor.
     *
     * @throws JsonException if it is none
     */
    public static TensorChange change(JsonNode node) throws JsonException {
        String name = text(node, "tensor");
        String outcome = text(node, "outcome");
        return switch (outcome) {
            case "unchanged" -> new TensorChange.Unchanged(name, shape(node));
            case "changed" ->
                new TensorChange.Changed(
                        name,
                        shape(node),
                        dtype(node, "baseDtype"),
                        dtype(node, "dtype"),
                        number(node, "norm"),
                        number(node, "baseNorm"),
                        number(node, "largest"),
                        node.has("spectrum") ? Optional.of(spectrum(node.get("spectrum"))) : Optional.empty());
            case "not_comparable" ->
                new TensorChange.NotComparable(
                        name,
                        Finding.named(text(node, "finding"))
                                .orElseThrow(() -> new JsonException("tensor " + name + " has an unknown finding")),
                        text(node, "detail"));
            default -> throw new JsonException("tensor " + name + " has the unknown outcome '" + outcome + "'");
        };
    }

    private static Spectrum spectrum(JsonNode node) throws JsonException {
        List<Spectrum.Explained> explained = new ArrayList<>();
        for (JsonNode point : node.path("explainedVariance")) {
            explained.add(new Spectrum.Explained((int) number(point, "values"), number(point, "share")));
        }
        return new Spectrum(
                (int) number(node, "fullRank"),
                number(node, "effectiveRank"),
                (int) number(node, "rankOfNinety"),
                explained);
    }

    private static List<Long> shape(JsonNode node) {
        List<Long> shape = new ArrayList<>();
        node.path("shape").forEach(extent -> shape.add(extent.asLong()));
        return shape;
    }

    private static Dtype dtype(JsonNode node, String field) throws JsonException {
        String name = text(node, field);
        try {
            return Dtype.valueOf(name);
        } catch (IllegalArgumentException unknown) {
            throw new JsonException("'" + name + "' is no element type", unknown);
        }
    }

    private static String text(JsonNode node, String field) throws JsonException {
        if (!node.path(field).isTextual()) {
            throw new JsonException("a report lacks the text " + field);
        }
        return node.get(field).textValue();
    }

    private static double number(JsonNode node, String field) throws JsonException {
        if (!node.path(field).isNumber()) {
            throw new JsonException("a report lacks the number " + field);
        }
        return node.get(field).doubleValue();
    }
}
