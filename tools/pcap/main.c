// SPDX-License-Identifier: BSD-3-Clause
// parallax-pcap: reads a capture through the engine's own parser and says, message by message, what it makes of it.

#include <parallax/capture/frame_payload.h>
#include <parallax/capture/reply_verdict.h>

#include "message_json.h"

#include <jansson.h>
#include <pcap/pcap.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_S 1000000000ull
#define EXIT_DONE 0
#define EXIT_USAGE 1
#define EXIT_FAILURES 2 // messages that cannot be read, or a damaged file

static const char usage[] =
	"usage: parallax-pcap FILE|-\n"
	"Reads a libpcap file (parallaxctl capture, tcpdump -w) through Parallax's own parser and\n"
	"prints a JSON line for each DNS message: its question, RCODE, records and verdict\n"
	"(records, nodata, nxdomain, unfinished, lame, loop, limit, contradictory, truncated,\n"
	"failure, malformed, no_question, query).\n"
	"Exit status: 0 done; 1 the file cannot be opened; 2 messages were malformed or the file\n"
	"is damaged (counted on stderr).\n";

struct replay {
	pcap_t *pcap;
	unsigned long long frames;
	unsigned long long messages;
	unsigned long long malformed;
	unsigned long long others; // frames without a DNS message
};

static bool replay_frame(struct replay *replay, const struct pcap_pkthdr *header,
			 const uint8_t *bytes)
{
	struct plx_frame_payload payload;
	replay->frames++;
	if (!plx_frame_payload_find(bytes, header->caplen, &payload)) {
		replay->others++;
		return true;
	}
	struct plx_reply_verdict verdict;
	plx_reply_judge(payload.message, payload.message_length, &verdict);
	replay->messages++;
	replay->malformed += verdict.error != 0;
	// The file was opened for nanoseconds: tv_usec holds them.
	uint64_t time_ns = (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec;
	json_t *line = message_json(time_ns, &payload, &verdict);
	if (line == NULL) {
		fprintf(stderr, "parallax-pcap: not enough memory\n");
		return false;
	}
	int error = json_dumpf(line, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(line);
	return error == 0 && fputc('\n', stdout) != EOF;
}

static int replay_run(struct replay *replay, const char *path)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int found;
	while ((found = pcap_next_ex(replay->pcap, &header, &bytes)) == 1) {
		if (!replay_frame(replay, header, bytes)) {
			return EXIT_FAILURES;
		}
	}
	fprintf(stderr, "parallax-pcap: %llu frames, %llu messages, %llu malformed, %llu others\n",
		replay->frames, replay->messages, replay->malformed, replay->others);
	if (found != PCAP_ERROR_BREAK) {
		fprintf(stderr, "parallax-pcap: %s: %s\n", path, pcap_geterr(replay->pcap));
		return EXIT_FAILURES;
	}
	return replay->malformed > 0 ? EXIT_FAILURES : EXIT_DONE;
}

int main(int argc, char **argv)
{
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return EXIT_DONE;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("parallax-pcap %s\n", PLX_VERSION);
		return EXIT_DONE;
	}
	if (argc != 2 || strncmp(argv[1], "--", 2) == 0) {
		fprintf(stderr,
			"parallax-pcap: give one file, or - for standard input; --help says "
			"more\n");
		return EXIT_USAGE;
	}
	char message[PCAP_ERRBUF_SIZE];
	struct replay replay = {0};
	replay.pcap = pcap_open_offline_with_tstamp_precision(argv[1], PCAP_TSTAMP_PRECISION_NANO,
							      message);
	if (replay.pcap == NULL) {
		fprintf(stderr, "parallax-pcap: %s\n", message);
		return EXIT_USAGE;
	}
	int status = EXIT_USAGE;
	if (pcap_datalink(replay.pcap) != DLT_EN10MB) {
		fprintf(stderr, "parallax-pcap: %s: link type %s is not Ethernet\n", argv[1],
			pcap_datalink_val_to_name(pcap_datalink(replay.pcap)));
	} else {
		status = replay_run(&replay, argv[1]);
	}
	pcap_close(replay.pcap);
	return fflush(stdout) == 0 ? status : EXIT_FAILURES;
}
