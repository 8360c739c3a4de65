package io.finemesh.gateway.submission;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.JudgeSpecification;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedEvaluation;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetForm;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.gateway.admission.FieldProblem;
import io.finemesh.gateway.admission.MethodReferences;
import io.finemesh.gateway.admission.NamedReferences;
import io.finemesh.gateway.admission.References;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.store.ArtifactStore;
import io.finemesh.gateway.view.RegistryBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Turns the names in a specification into references that never change, by asking the store. */
@ApplicationScoped
public class ReferenceResolution {
    /** Form of rows that are asked and not trained on, as the store calls it. */
    private static final String DOCUMENTS = "documents";

    private static final Pattern CHECKPOINT = Pattern.compile("ck-[0-9a-f]{32}");

    private final ArtifactStore store;
    private final Board board;

    /** Asks this store, and this board for what aliases stand for. */
    public ReferenceResolution(ArtifactStore store, Board board) {
        this.store = store;
        this.board = board;
    }

    /**
     * What the names stand for now. Names that nobody holds are problems; where a name is absent so is its reference.
     *
     * @throws io.finemesh.gateway.problem.ProblemException when the store does not answer
     */
    public Resolution resolve(NamedReferences names) {
        List<FieldProblem> problems = new ArrayList<>();
        Optional<Found> model = names.model().flatMap(name -> model("/model", name, problems));
        Optional<ResolvedDataset> dataset = names.dataset().flatMap(name -> dataset("/dataset", name, true, problems));
        Optional<ResolvedDataset> heldOut =
                names.evaluation().flatMap(evaluation -> heldOut(evaluation, _ -> true, problems));
        Optional<ResolvedEvaluation> beside =
                names.evaluation().flatMap(evaluation -> beside(evaluation, _ -> true, problems));
        return new Resolution(
                model.map(Found::model), model.flatMap(Found::chatTemplate), dataset, heldOut, beside, problems);
    }

    /**
     * What of an evaluation's names nobody holds, at places below {@code /evaluation}.
     *
     * @param asked which data sets have to be there by now
     * @throws io.finemesh.gateway.problem.ProblemException when the store does not answer
     */
    public List<FieldProblem> problems(EvaluationSpecification evaluation, Predicate<String> asked) {
        List<FieldProblem> problems = new ArrayList<>();
        heldOut(evaluation, asked, problems);
        beside(evaluation, asked, problems);
        return problems;
    }

    private Optional<ResolvedDataset> heldOut(
            EvaluationSpecification evaluation, Predicate<String> asked, List<FieldProblem> problems) {
        return evaluation
                .dataset()
                .filter(asked)
                .flatMap(name -> dataset("/evaluation/dataset", name, readsConversations(evaluation, name), problems));
    }

    /** What an evaluation names beside its own data; empty where that is nothing. */
    private Optional<ResolvedEvaluation> beside(
            EvaluationSpecification evaluation, Predicate<String> asked, List<FieldProblem> problems) {
        Map<String, ResolvedDataset> datasets = new TreeMap<>();
        NamedReferences.datasets("/evaluation", evaluation.tasks(), evaluation.judge())
                .forEach((name, pointer) -> {
                    if (asked.test(name)) {
                        dataset(pointer, name, readsConversations(evaluation, name), problems)
                                .ifPresent(found -> datasets.put(name, found));
                    }
                });
        ResolvedEvaluation resolved = new ResolvedEvaluation(
                datasets,
                evaluation.against().flatMap(name -> checkpoint("/evaluation/against", name, problems)),
                evaluation
                        .judge()
                        .flatMap(JudgeSpecification::checkpoint)
                        .flatMap(name -> checkpoint("/evaluation/judge/checkpoint", name, problems)));
        return resolved.equals(ResolvedEvaluation.NOTHING) ? Optional.empty() : Optional.of(resolved);
    }

    private static boolean readsConversations(EvaluationSpecification evaluation, String dataset) {
        return NamedReferences.readsConversations(evaluation.tasks(), evaluation.dataset(), dataset);
    }

    /** What only the model's shape shows to be wrong with a method; a configuration that cannot be read is the scheduler's to refuse. */
    public static List<FieldProblem> check(MethodSpecification method, ResolvedModel model) {
        try {
            return MethodReferences.problems(method, ModelConfiguration.parse(model.configurationJson()));
        } catch (ModelConfigurationException unreadable) {
            return List.of();
        }
    }

    /** A model and whether it has a chat template, if the store says so. */
    private record Found(ResolvedModel model, Optional<Boolean> chatTemplate) {}

    /** What a model name or checkpoint id at a place stands for; a name that nobody holds is a problem. */
    Optional<CheckpointId> checkpoint(String pointer, String name, List<FieldProblem> problems) {
        return model(pointer, name, problems).map(found -> found.model().checkpoint());
    }

    private Optional<Found> model(String pointer, String name, List<FieldProblem> problems) {
        int at = name.indexOf('@');
        if (at > 0) {
            Optional<CheckpointId> holder = board.read(mesh -> mesh.registry()
                    .page(name.substring(0, at), name.substring(at + 1))
                    .flatMap(RegistryBook.Page::holder));
            if (holder.isEmpty()) {
                List<String> known = board.read(mesh -> mesh.registry().pages().stream()
                        .map(page -> page.model() + "@" + page.alias())
                        .toList());
                problems.add(References.missing(pointer, name, "alias", known));
                return Optional.empty();
            }
            return model(pointer, holder.get().value(), problems);
        }
        if (CHECKPOINT.matcher(name).matches()) {
            Optional<Found> checkpoint = store.checkpoint(new CheckpointId(name))
                    .map(found -> new Found(
                            new ResolvedModel(
                                    found.checkpoint(),
                                    found.configurationJson(),
                                    found.parameterCount(),
                                    found.weightBytes()),
                            found.chatTemplate()));
            if (checkpoint.isEmpty()) {
                problems.add(References.missingCheckpoint(pointer, name));
            }
            return checkpoint;
        }
        Optional<ModelDescriptor> model = store.model(name);
        if (model.isEmpty()) {
            List<String> existing =
                    store.models().stream().map(ModelDescriptor::name).toList();
            problems.add(References.missing(pointer, name, "model", existing));
        }
        return model.map(found -> new Found(
                new ResolvedModel(
                        found.checkpoint(), found.configurationJson(), found.parameterCount(), found.weightBytes()),
                found.chatTemplate()));
    }

    /**
     * What a data set's name at a place stands for; a name that nobody holds is a problem.
     *
     * @param conversations whether its rows are read as conversations, which documents are not
     */
    Optional<ResolvedDataset> dataset(String pointer, String name, boolean conversations, List<FieldProblem> problems) {
        Optional<DatasetDescriptor> dataset = store.dataset(name);
        if (dataset.isEmpty()) {
            List<String> existing =
                    store.datasets().stream().map(DatasetDescriptor::name).toList();
            problems.add(References.missing(pointer, name, "data set", existing));
        }
        dataset.filter(found -> found.growth().isPresent() && found.samples() == 0)
                .ifPresent(found -> problems.add(References.withoutRows(pointer, name)));
        dataset.filter(found -> conversations && found.format().equals(DOCUMENTS))
                .ifPresent(found -> problems.add(References.documents(pointer, name)));
        return dataset.map(ReferenceResolution::resolved);
    }

    /** A version as runs name it; a data set that grows has its rows in parts. */
    public static ResolvedDataset resolved(DatasetDescriptor found) {
        return new ResolvedDataset(
                found.version(),
                found.blob(),
                found.samples(),
                found.growth().map(_ -> DatasetForm.PARTS),
                found.source());
    }

    /**
     * What names stand for.
     *
     * @param model where the run starts
     * @param chatTemplate whether that model has a chat template of its own, if the store says so
     * @param dataset what it trains on
     * @param evaluationDataset what it is evaluated on
     * @param evaluation what its evaluation names beside that; empty where it names nothing
     * @param problems names that stand for nothing
     */
    public record Resolution(
            Optional<ResolvedModel> model,
            Optional<Boolean> chatTemplate,
            Optional<ResolvedDataset> dataset,
            Optional<ResolvedDataset> evaluationDataset,
            Optional<ResolvedEvaluation> evaluation,
            List<FieldProblem> problems) {
        public Resolution {
            problems = List.copyOf(problems);
        }
    }
}
