/**
 * The contract of jccl, the same for real GPUs and for simulated ones. Programs are written against
 * these types alone: backend, device, buffer, stream, communicator, group. Which implementation
 * serves them is found at start-up and always said aloud.
 */
package org.jccl;
