package io.finemesh.evaluator.task;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.Role;
import io.finemesh.evaluator.score.FinalNumber;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Prompt;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.Speaker;
import io.finemesh.score.task.Task;
import io.finemesh.score.task.TaskException;
import io.finemesh.score.task.Turn;
import io.finemesh.score.task.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Conversations as they were trained on: the model is to say the assistant's last turn, and the final number of its answer counts. */
final class ConversationMatch implements Task {
    private final List<Conversation> conversations;
    private final int longest;

    private ConversationMatch(List<Conversation> conversations, int longest) {
        this.conversations = List.copyOf(conversations);
        this.longest = longest;
    }

    /** The conversations that end with the assistant; others have no reference answer and are left out. */
    static ConversationMatch of(List<Conversation> conversations, int longest) {
        return new ConversationMatch(
                conversations.stream()
                        .filter(conversation -> conversation.turns().size() > 1
                                && conversation.turns().getLast().role() == Role.ASSISTANT)
                        .toList(),
                longest);
    }

    /** What is asked, in order: each conversation without the assistant's last turn. */
    List<Conversation> asked() {
        return conversations.stream()
                .map(conversation -> new Conversation(
                        conversation.turns().subList(0, conversation.turns().size() - 1), conversation.tools()))
                .toList();
    }

    @Override
    public String name() {
        return "exact_match";
    }

    @Override
    public double version() {
        return 1.0;
    }

    @Override
    public int shots() {
        return 0;
    }

    @Override
    public int size() {
        return conversations.size();
    }

    @Override
    public List<Example> examples(SampleLimit limit) {
        if (conversations.isEmpty()) {
            throw new TaskException(
                    TaskException.Reason.NO_DOCUMENTS,
                    "no conversation ends with the assistant, so there is no reference answer");
        }
        List<Example> examples = new ArrayList<>();
        for (Conversation conversation : conversations.subList(0, limit.outOf(conversations.size()))) {
            List<Turn> asked = conversation
                    .turns()
                    .subList(0, conversation.turns().size() - 1)
                    .stream()
                    .map(turn -> new Turn(speaker(turn.role()), turn.content(), "\n"))
                    .toList();
            examples.add(new Example(
                    examples.size(),
                    TaskRows.document(conversation),
                    new Request.Generation(new Prompt(asked), List.of(), longest, 0, 1),
                    conversation.turns().getLast().content()));
        }
        return examples;
    }

    private static Speaker speaker(Role role) {
        return switch (role) {
            case SYSTEM -> Speaker.SYSTEM;
            // To the task, what a tool says is said to the assistant.
            case USER, TOOL -> Speaker.USER;
            case ASSISTANT -> Speaker.ASSISTANT;
        };
    }

    @Override
    public List<Verdict> judge(Example example, Response response) {
        if (!(response instanceof Response.Generated generated)) {
            throw new TaskException(
                    TaskException.Reason.WRONG_RESPONSE,
                    name() + " reads texts; conversation " + example.id() + " was given likelihoods");
        }
        String text = generated.repeats().getFirst();
        double right = FinalNumber.matches(text, example.target()) ? 1 : 0;
        return List.of(new Verdict(Verdict.UNFILTERED, text, Map.of("exact_match", right)));
    }

    @Override
    public ObjectNode configuration() {
        ObjectNode configuration = JsonNodeFactory.instance.objectNode();
        configuration.put("task", name()).put("num_fewshot", 0).put("output_type", "generate_until");
        configuration
                .putArray("metric_list")
                .addObject()
                .put("metric", "exact_match")
                .put("aggregation", "mean")
                .put("higher_is_better", true);
        configuration.putObject("metadata").put("version", version());
        return configuration;
    }
}
