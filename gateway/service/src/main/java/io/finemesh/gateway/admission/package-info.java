/**
 * Whether a run specification may become a run, decided without asking anyone: {@link
 * io.finemesh.gateway.admission.SpecificationReader} reads a document section by section and names every wrong field at once
 * ({@link io.finemesh.gateway.admission.MethodReader} the method's), {@link
 * io.finemesh.gateway.admission.Admission} is its verdict, {@link io.finemesh.gateway.admission.Draft} what is left to fill in once model
 * and data set are known ({@link io.finemesh.gateway.admission.References} and
 * {@link io.finemesh.gateway.admission.MethodReferences} hold them against the draft; {@link io.finemesh.gateway.admission.Elsewhere} says of data that is in no mesh how it comes there), and {@link
 * io.finemesh.gateway.admission.SpecificationForm} writes a specification back in the form users write it.
 */
package io.finemesh.gateway.admission;
