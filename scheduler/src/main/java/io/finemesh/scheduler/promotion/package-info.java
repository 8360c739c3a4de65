/**
 * Which checkpoint an alias stands for. {@link io.finemesh.scheduler.promotion.Promotions} follows the candidates that runs of policies make, asks for evaluations of challenger and champion on the same
 * samples, lets {@link io.finemesh.scheduler.promotion.PolicyGate} decide, and moves aliases on the {@link io.finemesh.scheduler.promotion.PromotionBoard}; what people want and what later evaluations of a
 * holder show moves them too. Pure: the same board, input and time give the same decision.
 */
package io.finemesh.scheduler.promotion;
