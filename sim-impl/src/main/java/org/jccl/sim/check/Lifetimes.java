package org.jccl.sim.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a program makes and has to close, counted by the line that made it: what is left at the end
 * is a leak. It grows with the lines of a program, not with what they make.
 */
public final class Lifetimes {
  /** What has to be closed. */
  public enum Kind {
    /** One rank's communicator. */
    COMMUNICATOR("communicator"),
    /** One rank's part of a window. */
    WINDOW("window"),
    /** A registered buffer. */
    REGISTRATION("registration"),
    /** A PreMulSum. */
    REDUCTION("custom reduction"),
    /** Device memory. */
    BUFFER("buffer"),
    /** Host memory for the ends of copies. */
    HOST_BUFFER("host buffer"),
    /** A stream, besides the devices' own. */
    STREAM("stream"),
    /** An event. */
    EVENT("event"),
    /** A captured graph. */
    GRAPH("graph");

    private final String noun;

    Kind(String noun) {
      this.noun = noun;
    }
  }

  private record Place(Kind kind, int device, @Nullable String site) {}

  private record Line(Kind kind, @Nullable String site) {}

  /** All that one line has made on one device, of one kind; or one thing of it. */
  public static final class Origin {
    private final Kind kind;
    private final int device;
    private final long number;

    /** The line, or the stack on which it is; looked for only if it is asked for. */
    private final @Nullable Object site;

    private long open;
    private long bytes;

    /** Taken along by a communicator that was closed before. */
    private long left;

    private Origin(Kind kind, int device, long number, @Nullable Object site) {
      this.kind = kind;
      this.device = device;
      this.number = number;
      this.site = site;
    }

    /** The line that made it, if that is known. */
    public @Nullable String site() {
      return site == null ? null : site.toString();
    }
  }

  /** What one line has left open, on all devices. */
  private static final class Left {
    private final Set<Integer> devices = new TreeSet<>();
    private long count;
    private long bytes;

    void add(Origin origin) {
      devices.add(origin.device);
      count += origin.open + origin.left;
      bytes += origin.bytes;
    }

    String words(Line line) {
      StringBuilder text = new StringBuilder(devices.size() == 1 ? "device " : "devices ");
      text.append(devices.toString().replaceAll("[\\[\\]]", "")).append(": ").append(count);
      text.append(' ').append(line.kind.noun).append(count == 1 ? "" : "s");
      if (bytes > 0) {
        text.append(" (").append(bytes).append(" bytes)");
      }
      text.append(count == 1 ? " was" : " were").append(" never closed");
      if (line.site != null) {
        text.append(", made at ").append(line.site);
      }
      return text.toString();
    }
  }

  /** To keep a stack is cheap, to look for the line on it is not. So many stacks are kept. */
  private static final int MOST_FRESH = 128;

  private final boolean keepsSites;

  /** Devices whose ranks are gone: nobody closes what was theirs. */
  private final Set<Integer> gone = new TreeSet<>();

  /** Guarded by itself, with all counts. */
  private final Map<Place, Origin> origins = new HashMap<>();

  /** Those of one thing each. */
  private final Set<Origin> fresh = new HashSet<>();

  private long made;

  /**
   * @param keepsSites whether the lines are kept
   */
  public Lifetimes(boolean keepsSites) {
    this.keepsSites = keepsSites;
  }

  /** The line of the program that the calling thread is in, if lines are kept. */
  public @Nullable String here() {
    return keepsSites ? CallSite.current() : null;
  }

  /** The calling thread makes something. */
  public Origin open(Kind kind, int device) {
    return open(kind, device, 0);
  }

  /** The calling thread makes something that is {@code bytes} large. */
  public Origin open(Kind kind, int device, long bytes) {
    synchronized (origins) {
      if (keepsSites && fresh.size() < MOST_FRESH) {
        Origin origin = new Origin(kind, device, made++, CallSite.here());
        fresh.add(origin);
        return opened(origin, bytes);
      }
    }
    return open(kind, device, bytes, here());
  }

  /** Something is made, {@code bytes} large, that {@code site} asked for. */
  public Origin open(Kind kind, int device, long bytes, @Nullable String site) {
    Place place = new Place(kind, device, site);
    synchronized (origins) {
      return opened(
          origins.computeIfAbsent(place, of -> new Origin(kind, device, made++, site)), bytes);
    }
  }

  private static Origin opened(Origin origin, long bytes) {
    origin.open++;
    origin.bytes += bytes;
    return origin;
  }

  /** One of what {@code origin} has made is closed. */
  public void close(Origin origin) {
    close(origin, 0);
  }

  /** The same for what is {@code bytes} large. */
  public void close(Origin origin, long bytes) {
    synchronized (origins) {
      origin.open--;
      origin.bytes -= bytes;
      forgetIfOver(origin);
    }
  }

  private void forgetIfOver(Origin origin) {
    if (origin.open == 0 && origin.left == 0) {
      if (!fresh.remove(origin)) {
        origins.remove(new Place(origin.kind, origin.device, origin.site()), origin);
      }
    }
  }

  /** Its communicator is closed and takes it along: nobody will close it any more. */
  public void leave(Origin origin) {
    synchronized (origins) {
      origin.open--;
      origin.left++;
    }
  }

  /** The process of a rank is gone, and all that it has made on its device. */
  public void forget(int device) {
    synchronized (origins) {
      gone.add(device);
    }
  }

  /** What of these kinds was never closed, a line for each line of the program. */
  public List<String> leaks(Set<Kind> kinds) {
    Map<Line, Left> lines = new LinkedHashMap<>();
    synchronized (origins) {
      if (fresh.isEmpty() && origins.isEmpty()) {
        return List.of();
      }
      Stream.concat(fresh.stream(), origins.values().stream())
          .filter(origin -> kinds.contains(origin.kind) && !gone.contains(origin.device))
          .sorted(Comparator.comparingLong(origin -> origin.number))
          .forEach(
              origin ->
                  lines
                      .computeIfAbsent(new Line(origin.kind, origin.site()), line -> new Left())
                      .add(origin));
    }
    List<String> words = new ArrayList<>();
    lines.forEach((line, left) -> words.add(left.words(line)));
    return words;
  }
}
