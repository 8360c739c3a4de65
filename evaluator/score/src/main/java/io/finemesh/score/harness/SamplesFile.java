package io.finemesh.score.harness;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.python.PythonJson;
import io.finemesh.score.python.PythonText;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.ScoredSample;
import io.finemesh.score.task.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The records of a run, {@code samples_TASK_TIME.jsonl}: a line for each sample and filter, all samples of the first filter before those of the second. A
 * sample carries what was asked, what came, how it was read and what it is worth, so that every figure can be recomputed.
 *
 * @param lines JSON texts without line ends
 * @param taskHash digest over the hashes of all lines
 */
public record SamplesFile(List<String> lines, String taskHash) {
    public SamplesFile {
        lines = List.copyOf(lines);
    }

    /** @param promptText the text that the model was given for a request: the plain prompt, or the rendered chat */
    public static SamplesFile of(List<ScoredSample> samples, Function<Request, String> promptText) {
        List<String> lines = new ArrayList<>();
        StringBuilder hashes = new StringBuilder();
        int filters = samples.stream()
                .mapToInt(sample -> sample.verdicts().size())
                .max()
                .orElse(0);
        for (int filter = 0; filter < filters; filter++) {
            for (ScoredSample sample : samples) {
                SampleHash hash = SampleHash.of(
                        sample.example(), promptText.apply(sample.example().request()));
                lines.add(PythonJson.line(line(sample, filter, hash, promptText), false));
                hashes.append(hash.document()).append(hash.prompt()).append(hash.target());
            }
        }
        return new SamplesFile(lines, SampleHash.sha256(hashes.toString()));
    }

    /** The file's content. */
    public String text() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static ObjectNode line(
            ScoredSample sample, int filter, SampleHash hash, Function<Request, String> promptText) {
        Verdict verdict = sample.verdicts().get(filter);
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("doc_id", sample.example().id());
        line.set("doc", sample.example().document());
        line.put("target", sample.example().target());
        line.set("arguments", arguments(sample.example().request(), promptText));
        line.set("resps", responses(sample.response()));
        line.set("filtered_resps", filtered(sample.response(), verdict));
        line.put("filter", verdict.filter());
        verdict.metrics().keySet().forEach(line.putArray("metrics")::add);
        line.put("doc_hash", hash.document());
        line.put("prompt_hash", hash.prompt());
        line.put("target_hash", hash.target());
        verdict.metrics().forEach(line::put);
        return line;
    }

    private static ObjectNode arguments(Request request, Function<Request, String> promptText) {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        String text = promptText.apply(request);
        switch (request) {
            case Request.Generation generation -> {
                ObjectNode settings =
                        arguments.putObject("gen_args_0").put("arg_0", text).putObject("arg_1");
                generation.stops().forEach(settings.putArray("until")::add);
                settings.put("do_sample", generation.temperature() > 0).put("temperature", generation.temperature());
            }
            case Request.Likelihood likelihood -> {
                for (int choice = 0; choice < likelihood.continuations().size(); choice++) {
                    arguments
                            .putObject("gen_args_" + choice)
                            .put("arg_0", text)
                            .put("arg_1", likelihood.continuations().get(choice));
                }
            }
        }
        return arguments;
    }

    private static ArrayNode responses(Response response) {
        ArrayNode responses = JsonNodeFactory.instance.arrayNode();
        switch (response) {
            case Response.Generated generated -> generated.repeats().forEach(responses.addArray()::add);
            case Response.Weighed weighed ->
                weighed.continuations().forEach(weight -> responses.addArray().add(weightText(weight)));
        }
        return responses;
    }

    private static ArrayNode filtered(Response response, Verdict verdict) {
        ArrayNode filtered = JsonNodeFactory.instance.arrayNode();
        switch (response) {
            case Response.Generated ignored -> filtered.add(verdict.read());
            case Response.Weighed weighed ->
                weighed.continuations().forEach(weight -> filtered.add(weightText(weight)));
        }
        return filtered;
    }

    /** A pair of number and truth value, each as its text, as the reference writes likelihoods into records. */
    private static ArrayNode weightText(Response.Weight weight) {
        return JsonNodeFactory.instance
                .arrayNode()
                .add(PythonText.repr(weight.logLikelihood()))
                .add(weight.greedy() ? "True" : "False");
    }
}
