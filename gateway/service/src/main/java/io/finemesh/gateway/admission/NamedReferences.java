package io.finemesh.gateway.admission;

import java.util.Optional;

/**
 * What a specification names that others hold; empty where the name itself is missing or wrong.
 *
 * @param model model name or checkpoint id, at /model
 * @param dataset data set name or version, at /dataset
 * @param evaluationDataset data set name or version, at /evaluation/dataset
 */
public record NamedReferences(Optional<String> model, Optional<String> dataset, Optional<String> evaluationDataset) {}
