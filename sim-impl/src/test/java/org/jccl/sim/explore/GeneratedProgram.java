package org.jccl.sim.explore;

import java.nio.IntBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.ProcessGroup;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;

/** A small program as data: the calls of each rank; and runs it in an explored world. */
record GeneratedProgram(int ranks, List<List<Step>> calls) {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int STREAMS = 2;
  private static final int BUFFERS = 2;

  /** What a call is. */
  enum Kind {
    ALL_REDUCE,
    BROADCAST,
    SEND,
    RECEIVE,
    COPY,
    FILL,
    RECORD,
    WAIT,
    SYNCHRONIZE,
    SYNCHRONIZE_EVENT,
    ASK_STREAM,
    ASK_EVENT,
    /** Leaves the next call away if the last answer was yes. */
    SKIP_IF_YES,
    /** All ranks meet on the host. */
    MEET,
    /** A child communicator is made, and closed. */
    SPLIT,
    /** Takes the next number of a counter that all ranks share. */
    TAKE_TICKET
  }

  /** One call: its stream, its buffer, and the peer or root if it has one. */
  record Step(Kind kind, int stream, int buffer, int peer) {
    Step onStream(int other) {
      return new Step(kind, other, buffer, peer);
    }
  }

  /** The program of a seed: collectives and messages that fit, calls around them, and mistakes. */
  static GeneratedProgram of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int ranks = random.nextInt(4) == 0 ? 3 : 2;
    List<List<Step>> calls = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      calls.add(new ArrayList<>());
    }
    int common = ranks == 3 ? 1 : 1 + random.nextInt(2);
    boolean asks = random.nextInt(3) > 0;
    for (int i = 0; i < common; i++) {
      addCommon(random, calls);
    }
    int own = ranks == 3 ? random.nextInt(2) : 1 + random.nextInt(3);
    for (int i = 0; i < own; i++) {
      List<Step> some = calls.get(random.nextInt(ranks));
      some.add(random.nextInt(some.size() + 1), own(random));
    }
    if (asks) {
      addQuestion(random, calls.get(random.nextInt(ranks)));
    }
    if (random.nextInt(12) == 0) {
      calls.forEach(
          each -> each.add(random.nextInt(each.size() + 1), new Step(Kind.MEET, 0, 0, 0)));
    }
    if (random.nextInt(3) == 0) {
      makeMistake(random, calls.get(random.nextInt(ranks)));
    }
    if (random.nextInt(12) == 0) {
      calls.forEach(
          each -> each.add(random.nextInt(each.size() + 1), new Step(Kind.SPLIT, 0, 0, 0)));
    }
    if (random.nextInt(6) == 0) {
      calls.forEach(
          each -> each.add(random.nextInt(each.size() + 1), new Step(Kind.TAKE_TICKET, 0, 0, 0)));
    }
    return new GeneratedProgram(ranks, calls);
  }

  /** Whether its ranks share something outside of jccl. */
  boolean sharesState() {
    return calls.stream().flatMap(List::stream).anyMatch(call -> call.kind() == Kind.TAKE_TICKET);
  }

  private static void addCommon(SplittableRandom random, List<List<Step>> calls) {
    int stream = random.nextInt(STREAMS);
    int buffer = random.nextInt(BUFFERS);
    if (random.nextBoolean()) {
      Kind kind = random.nextBoolean() ? Kind.ALL_REDUCE : Kind.BROADCAST;
      calls.forEach(each -> each.add(new Step(kind, stream, buffer, 0)));
    } else {
      int from = random.nextInt(calls.size());
      int to = (from + 1 + random.nextInt(calls.size() - 1)) % calls.size();
      calls.get(from).add(new Step(Kind.SEND, stream, buffer, to));
      calls.get(to).add(new Step(Kind.RECEIVE, random.nextInt(STREAMS), buffer, from));
    }
  }

  /** A question about work that is there, and perhaps a call that depends on the answer. */
  private static void addQuestion(SplittableRandom random, List<Step> calls) {
    if (calls.isEmpty()) {
      return;
    }
    int at = random.nextInt(calls.size());
    int stream = calls.get(at).stream();
    int next = at + 1;
    if (random.nextBoolean()) {
      calls.add(next++, new Step(Kind.RECORD, stream, 0, 0));
      calls.add(next++, new Step(Kind.ASK_EVENT, stream, 0, 0));
    } else {
      calls.add(next++, new Step(Kind.ASK_STREAM, stream, 0, 0));
    }
    if (random.nextBoolean()) {
      calls.add(next, new Step(Kind.SKIP_IF_YES, 0, 0, 0));
    }
  }

  private static Step own(SplittableRandom random) {
    Kind[] local =
        Arrays.copyOfRange(Kind.values(), Kind.COPY.ordinal(), Kind.SKIP_IF_YES.ordinal());
    Kind kind = local[random.nextInt(local.length)];
    return new Step(kind, random.nextInt(STREAMS), random.nextInt(BUFFERS), 0);
  }

  private static void makeMistake(SplittableRandom random, List<Step> calls) {
    if (calls.isEmpty()) {
      return;
    }
    int at = random.nextInt(calls.size());
    switch (random.nextInt(4)) {
      case 0 -> calls.remove(at);
      case 1 -> calls.add(calls.get(at));
      case 2 -> calls.set(at, calls.get(at).onStream(1 - calls.get(at).stream()));
      default -> calls.set(at, new Step(Kind.BROADCAST, 0, 0, 1));
    }
  }

  /** Runs it; the answers of its questions and its buffers in the end. */
  Object run(ExploredWorld world) {
    TreeMap<Integer, String> results = new TreeMap<>();
    AtomicInteger tickets = new AtomicInteger();
    Ranks.run(
        world.backend(),
        ranks,
        rank -> {
          try (Given given = new Given(rank, tickets)) {
            StringBuilder answers = new StringBuilder();
            world.explored(any -> given.run(calls.get(rank.rank()), answers)).run(rank);
            rank.processGroup().barrier(LONG);
            String result = answers.append(given.contents()).toString();
            synchronized (results) {
              results.put(rank.rank(), result);
            }
          }
          rank.processGroup().barrier(LONG); // from here on it is a choice which rank closes first
        });
    return results.toString();
  }

  /** What a rank has: two streams, two buffers, an event. */
  private static final class Given implements AutoCloseable {
    private final AtomicInteger tickets;
    private final ProcessGroup group;
    private final Communicator comm;
    private final List<Stream> streams;
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final Event event;

    Given(Rank rank, AtomicInteger tickets) {
      this.tickets = tickets;
      group = rank.processGroup();
      comm = rank.communicator();
      streams = List.of(comm.defaultStream(), rank.device().newStream());
      event = rank.device().newEvent();
      for (int i = 0; i < BUFFERS; i++) {
        DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 2);
        buffer.copyFrom(rank.rank() + 1, 10 * i + rank.rank());
        buffers.add(buffer);
      }
    }

    void run(List<Step> calls, StringBuilder answers) {
      boolean skips = false;
      for (Step call : calls) {
        if (skips) {
          skips = false;
          continue;
        }
        Stream stream = streams.get(call.stream());
        DeviceBuffer buffer = buffers.get(call.buffer());
        switch (call.kind()) {
          case ALL_REDUCE -> comm.allReduce(buffer, ReduceOp.SUM, stream);
          case BROADCAST -> comm.broadcast(buffer, call.peer(), stream);
          case SEND -> comm.send(buffer, call.peer(), stream);
          case RECEIVE -> comm.recv(buffer, call.peer(), stream);
          case COPY -> buffer.copyFrom(buffers.get(1 - call.buffer()), stream);
          case FILL -> buffer.fill((byte) 1, stream);
          case RECORD -> event.record(stream);
          case WAIT -> stream.waitFor(event);
          case SYNCHRONIZE -> stream.synchronize();
          case SYNCHRONIZE_EVENT -> event.synchronize();
          case ASK_STREAM -> answers.append(stream.isIdle() ? 'y' : 'n');
          case ASK_EVENT -> answers.append(event.isReached() ? 'y' : 'n');
          case SKIP_IF_YES -> skips = answers.toString().endsWith("y");
          case MEET -> group.barrier(LONG);
          case TAKE_TICKET -> answers.append(tickets.getAndIncrement());
          case SPLIT -> comm.split(0, comm.rank()).close();
        }
      }
    }

    String contents() {
      streams.forEach(Stream::synchronize);
      StringBuilder all = new StringBuilder();
      for (DeviceBuffer buffer : buffers) {
        int[] data = new int[2];
        buffer.copyTo(IntBuffer.wrap(data));
        all.append(Arrays.toString(data));
      }
      return all.toString();
    }

    @Override
    public void close() {
      buffers.forEach(DeviceBuffer::close);
      event.close();
      streams.get(1).close();
    }
  }
}
