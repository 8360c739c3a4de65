package io.finemesh.gateway.admission;

import io.finemesh.contract.evaluation.RemoteModel;
import java.util.Optional;

/**
 * A judge as a document names it, names not resolved yet. One of checkpoint and remote is there.
 *
 * @param checkpoint model name, checkpoint id, or model@alias
 * @param remote a model behind a server
 * @param prompts data set of the judge's prompts
 * @param references data set of reference answers
 */
public record JudgeDraft(
        Optional<String> checkpoint, Optional<RemoteModel> remote, String prompts, Optional<String> references) {}
