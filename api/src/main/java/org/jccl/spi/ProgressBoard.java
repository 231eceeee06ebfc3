package org.jccl.spi;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jccl.MemberAnswer;
import org.jccl.MemberVoice;
import org.jccl.ProcessGroup;
import org.jspecify.annotations.Nullable;

/**
 * Where the ranks of this process say how far they have come, and where ranks of other processes
 * ask for it by their process group. Nobody writes here while all goes well: who is asked looks
 * then.
 *
 * <p>A communicator is known by a subject, which is the same on all of its ranks and of no other
 * communicator.
 */
final class ProgressBoard {
  private static final String QUESTION = "jccl progress ";
  private static final int MOST_CLOSED = 256;

  private static final Map<String, List<Line>> OPEN = new HashMap<>();

  /** The last words of communicators that have ended, the oldest first. */
  private static final SequencedMap<Line, RankProgress> CLOSED =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Line, RankProgress> eldest) {
          return size() > MOST_CLOSED;
        }
      };

  /** Which rank of another process has closed or ended which communicator: what was heard of it. */
  private static final SequencedMap<Rank, RankProgress> HEARD =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Rank, RankProgress> eldest) {
          return size() > MOST_CLOSED;
        }
      };

  private record Rank(String subject, int rank) {}

  private ProgressBoard() {}

  /** One rank's line; it keeps nobody alive who is not kept by somebody else. */
  static final class Line {
    private final String subject;
    private final WeakReference<Supplier<RankProgress>> teller;

    private Line(String subject, Supplier<RankProgress> teller) {
      this.subject = subject;
      this.teller = new WeakReference<>(teller);
    }

    private @Nullable RankProgress told() {
      Supplier<RankProgress> living = teller.get();
      return living == null ? null : living.get();
    }

    String subject() {
      return subject;
    }

    /** It has ended: its last words stay for a while. */
    void close() {
      RankProgress last = told();
      synchronized (OPEN) {
        List<Line> others = OPEN.get(subject);
        if (others != null && others.remove(this) && last != null) {
          CLOSED.put(this, last);
        }
        if (others != null && others.isEmpty()) {
          OPEN.remove(subject);
        }
      }
    }
  }

  /**
   * What is known of the ranks of a communicator.
   *
   * @param known what those say that could be asked
   * @param members what came of the question to each member of the group; empty where none was
   *     asked
   */
  record Answers(List<RankProgress> known, List<MemberAnswer.Kind> members) {}

  /**
   * A rank of this process takes part from now on.
   *
   * @param teller says how far it has come; never waits, for any thread; kept alive by its owner
   */
  static Line join(String subject, Supplier<RankProgress> teller) {
    Line line = new Line(subject, teller);
    synchronized (OPEN) {
      OPEN.computeIfAbsent(subject, none -> new ArrayList<>()).add(line);
    }
    return line;
  }

  /** From now on this process answers what members of {@code group} ask. */
  static void serve(ProcessGroup group) {
    if (group.spansProcesses()) {
      group.answer(new Voice());
    }
  }

  /**
   * Asks all ranks of a communicator how far they have come.
   *
   * @param group its ranks; null: only those of this process can be asked
   */
  static CompletableFuture<Answers> ask(
      String subject, @Nullable ProcessGroup group, Duration within) {
    List<RankProgress> here = here(subject);
    if (group == null || !group.spansProcesses()) {
      return CompletableFuture.completedFuture(new Answers(here, List.of()));
    }
    byte[] question = (QUESTION + subject).getBytes(StandardCharsets.UTF_8);
    return group
        .ask(question, within)
        .thenApply(
            answers -> {
              List<RankProgress> known = new ArrayList<>();
              for (int rank = 0; rank < answers.size(); rank++) {
                MemberAnswer each = answers.get(rank);
                known.addAll(
                    each.kind() == MemberAnswer.Kind.GONE
                        ? lastWords(each.bytes(), subject, rank)
                        : read(each.bytes()));
              }
              heard(subject, known);
              known.addAll(here); // those of this process, should the group say nothing
              return new Answers(known, answers.stream().map(MemberAnswer::kind).toList());
            });
  }

  private static void heard(String subject, List<RankProgress> known) {
    synchronized (OPEN) {
      for (RankProgress each : known) {
        if (each.isOver()) {
          HEARD.put(new Rank(subject, each.rank()), each);
        }
      }
    }
  }

  /** What this process says to members of its groups. */
  private static final class Voice implements MemberVoice {
    @Override
    public byte[] answer(byte[] question) {
      return ProgressBoard.answer(question);
    }

    @Override
    public byte[] lastWords() {
      return ProgressBoard.lastWords();
    }

    @Override
    public boolean hasMoreToSay() {
      return openLines().stream()
          .map(Line::told)
          .anyMatch(each -> each != null && each.stage() == RankProgress.Stage.OPEN);
    }
  }

  private static List<Line> openLines() {
    synchronized (OPEN) {
      return OPEN.values().stream().flatMap(List::stream).toList();
    }
  }

  /**
   * Of each communicator of this process, as far as there is room: its subject, how far it is. Then
   * what was heard of ranks that have closed or ended theirs: who goes may be the one by whom all
   * hear of them.
   */
  static byte[] lastWords() {
    Map<Rank, RankProgress> all = new LinkedHashMap<>();
    for (Line each : openLines()) {
      RankProgress told = each.told();
      if (told != null) {
        all.put(new Rank(each.subject, told.rank()), told);
      }
    }
    synchronized (OPEN) {
      CLOSED
          .reversed() // the newest first
          .forEach((line, told) -> all.putIfAbsent(new Rank(line.subject, told.rank()), told));
      HEARD.reversed().forEach(all::putIfAbsent);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (Map.Entry<Rank, RankProgress> each : all.entrySet()) {
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        DataOutputStream words = new DataOutputStream(one);
        words.writeUTF(each.getKey().subject);
        each.getValue().write(words);
        if (bytes.size() + one.size() > MemberAnswer.MOST) {
          break;
        }
        out.write(one.toByteArray());
      }
    } catch (IOException impossible) {
      return new byte[0];
    }
    return bytes.toByteArray();
  }

  /** What a process has said of a communicator before its end: of its rank, and of ends it knew. */
  private static List<RankProgress> lastWords(byte[] said, String subject, int rank) {
    List<RankProgress> found = new ArrayList<>();
    ByteArrayInputStream bytes = new ByteArrayInputStream(said);
    try (DataInputStream in = new DataInputStream(bytes)) {
      while (bytes.available() > 0) {
        String of = in.readUTF();
        RankProgress each = RankProgress.read(in);
        if (of.equals(subject) && each.rank() == rank) {
          found.add(each.asLastWords());
        } else if (of.equals(subject) && each.isOver()) {
          found.add(each);
        }
      }
    } catch (IOException otherWords) {
      return found;
    }
    return found;
  }

  private static List<RankProgress> here(String subject) {
    List<Line> lines;
    List<RankProgress> found = new ArrayList<>();
    synchronized (OPEN) {
      lines = List.copyOf(OPEN.getOrDefault(subject, List.of()));
      CLOSED.forEach(
          (line, last) -> {
            if (line.subject.equals(subject)) {
              found.add(last);
            }
          });
    }
    for (Line each : lines) {
      RankProgress told = each.told();
      if (told != null) {
        found.add(told);
      }
    }
    return found;
  }

  /** The answer to a question of a member, whoever it is: numbers, and names of operations. */
  static byte[] answer(byte[] question) {
    String asked = new String(question, StandardCharsets.UTF_8);
    if (!asked.startsWith(QUESTION)) {
      return new byte[0];
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (RankProgress each : here(asked.substring(QUESTION.length()))) {
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        each.write(new DataOutputStream(one));
        if (bytes.size() + one.size() > MemberAnswer.MOST) {
          break;
        }
        out.write(one.toByteArray());
      }
    } catch (IOException impossible) {
      return new byte[0];
    }
    return bytes.toByteArray();
  }

  private static List<RankProgress> read(byte[] answer) {
    List<RankProgress> found = new ArrayList<>();
    ByteArrayInputStream bytes = new ByteArrayInputStream(answer);
    try (DataInputStream in = new DataInputStream(bytes)) {
      while (bytes.available() > 0) {
        found.add(RankProgress.read(in));
      }
    } catch (IOException otherWords) {
      return found;
    }
    return found;
  }

  /** A short name for a long one: the same on all ranks. */
  static String subject(String name) {
    long hash = 0xCBF2_9CE4_8422_2325L;
    for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ each) * 0x100_0000_01B3L; // FNV-1a
    }
    return Long.toHexString(hash);
  }
}
