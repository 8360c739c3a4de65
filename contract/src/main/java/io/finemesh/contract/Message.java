package io.finemesh.contract;

/** Anything that travels on a topic; each sealed sub-interface is one topic with one producing service. */
public interface Message {}
