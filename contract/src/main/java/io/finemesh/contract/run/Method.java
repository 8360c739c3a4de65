package io.finemesh.contract.run;

/** How parameters are updated. */
public enum Method {
    /** Adam with decoupled weight decay on all parameters. */
    ADAMW,
    /** Adam on one block of layers at a time (BAdam, Luo et al. 2024). */
    BADAM,
    /** Adam on all parameters, the layers' matrices in a subspace (GaLore, Zhao et al. 2024). */
    GALORE,
    /** Gradient descent on all parameters, each layer updated during the backward pass (Lv et al. 2023). */
    LOMO,
    /** The same with factored second moments (Lv et al. 2023). */
    ADALOMO,
    /** Adam on adapters of low rank beside frozen weights, merged at the end of the run (LoRA, Hu et al. 2021). */
    LORA
}
