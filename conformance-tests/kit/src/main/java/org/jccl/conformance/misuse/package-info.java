/**
 * The misuses of chapter 11 as small programs on the raw surface, each with its smallest legal
 * neighbour, and a survey of what real NCCL and the simulator make of them.
 */
package org.jccl.conformance.misuse;
