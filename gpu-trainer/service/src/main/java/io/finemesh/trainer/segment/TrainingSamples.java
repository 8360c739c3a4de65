package io.finemesh.trainer.segment;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.training.DataOrder;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.data.ConversationReader;
import io.finemesh.engine.data.EncodedSamples;
import io.finemesh.engine.data.LongSamples;
import io.finemesh.engine.data.SampleEncoder;
import io.finemesh.engine.text.Tokenizer;
import io.finemesh.trainer.failure.SegmentFailureException;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The samples of a run, encoded once.
 *
 * @param key what they were made from
 * @param samples in the order of the data set
 */
record TrainingSamples(Key key, EncodedSamples samples) {
    private static final Logger LOG = Logger.getLogger(TrainingSamples.class);

    /**
     * Everything the encoding depends on.
     *
     * @param dataset digest of the rows, or of the list of their parts
     * @param tokenizer digest of tokenizer.json
     * @param configuration digest of config.json, which names the special tokens
     * @param template how a conversation becomes text
     * @param templateFiles digests of what the model's own template is read from, where that is used
     * @param cutoffTokens longest sample
     * @param longSamples what happens to longer ones
     */
    record Key(
            String dataset,
            String tokenizer,
            String configuration,
            PromptTemplate template,
            List<String> templateFiles,
            int cutoffTokens,
            LongSamples longSamples) {
        static Key of(SegmentBase base, SegmentWork work) throws SegmentFailureException {
            RunSpecification specification = work.specification();
            return new Key(
                    base.dataset().digest(),
                    SegmentBase.requiredFile(base.manifest(), SegmentBase.TOKENIZER)
                            .digest(),
                    SegmentBase.requiredFile(base.manifest(), SegmentBase.CONFIGURATION)
                            .digest(),
                    specification.template(),
                    specification.template() == PromptTemplate.CHAT ? templateFiles(base) : List.of(),
                    specification.batch().cutoffTokens(),
                    RunPlan.longSamples(specification));
        }

        private static List<String> templateFiles(SegmentBase base) {
            return SegmentBase.TEMPLATE_FILES.stream()
                    .map(name -> name + " "
                            + base.manifest()
                                    .file(name)
                                    .map(file -> file.blob().digest())
                                    .orElse("is missing"))
                    .toList();
        }
    }

    /**
     * Reads and encodes a data set.
     *
     * @throws io.finemesh.engine.text.TokenizerException if the tokenizer is not usable, or not with this model
     * @throws io.finemesh.engine.text.PromptException if there is no template, or it does not take a conversation
     * @throws io.finemesh.engine.data.DatasetException if a line is at fault, or nothing can be trained on
     */
    static TrainingSamples encode(SegmentBase base, SegmentWork work, ModelConfiguration configuration)
            throws SegmentFailureException {
        Key key = Key.of(base, work);
        try (Tokenizer tokenizer = Tokenizer.load(base.path(key.tokenizer()), configuration);
                ConversationReader conversations = ConversationReader.open(
                        base.rows().stream().map(base::path).toList())) {
            EncodedSamples samples = new SampleEncoder(
                            RunPlan.prompts(work.specification(), tokenizer, base),
                            key.cutoffTokens(),
                            key.longSamples())
                    .encodeAll(conversations);
            LOG.infof(
                    "data set %s: %s",
                    work.dataset().version(), samples.report().describe());
            return new TrainingSamples(key, samples);
        }
    }

    /** In which order a run reads them. */
    DataOrder order(SegmentWork work) throws SegmentFailureException {
        BatchPlan plan = RunPlan.training(work).batch();
        List<Integer> leftOut = samples.leftOut();
        int kept = samples.samples().size();
        return new DataOrder(
                plan.seed(),
                plan.batchSize(),
                kept + leftOut.size(),
                kept,
                leftOut.size() > DataOrder.MOST_LEFT_OUT ? List.of() : leftOut);
    }
}
