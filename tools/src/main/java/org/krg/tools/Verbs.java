// SPDX-License-Identifier: Apache-2.0
package org.krg.tools;

import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.Completion;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.Verb;
import org.krg.tools.cli.VerbTree;
import org.krg.tools.cli.Version;
import org.krg.tools.cli.access.AuditShow;
import org.krg.tools.cli.access.AuditVerify;
import org.krg.tools.cli.access.Auth;
import org.krg.tools.cli.access.Roles;
import org.krg.tools.cli.access.UserCertificate;
import org.krg.tools.cli.access.Users;
import org.krg.tools.cli.checkpoint.CheckpointCreate;
import org.krg.tools.cli.checkpoint.CheckpointDiff;
import org.krg.tools.cli.checkpoint.CheckpointExport;
import org.krg.tools.cli.checkpoint.CheckpointFreeze;
import org.krg.tools.cli.checkpoint.CheckpointImport;
import org.krg.tools.cli.checkpoint.CheckpointInspect;
import org.krg.tools.cli.checkpoint.CheckpointList;
import org.krg.tools.cli.checkpoint.CheckpointPrune;
import org.krg.tools.cli.checkpoint.CheckpointQuotaVerb;
import org.krg.tools.cli.checkpoint.CheckpointRekey;
import org.krg.tools.cli.checkpoint.CheckpointRemove;
import org.krg.tools.cli.checkpoint.CheckpointRestore;
import org.krg.tools.cli.checkpoint.CheckpointVerify;
import org.krg.tools.cli.cluster.ClusterStatus;
import org.krg.tools.cli.cluster.ClusterToken;
import org.krg.tools.cli.cluster.Events;
import org.krg.tools.cli.cluster.NodeCert;
import org.krg.tools.cli.cluster.NodeDemote;
import org.krg.tools.cli.cluster.NodeDrain;
import org.krg.tools.cli.cluster.NodeFence;
import org.krg.tools.cli.cluster.NodeList;
import org.krg.tools.cli.cluster.NodePromote;
import org.krg.tools.cli.cluster.NodeRemove;
import org.krg.tools.cli.cluster.NodeReplace;
import org.krg.tools.cli.cluster.NodeShow;
import org.krg.tools.cli.cluster.NodeTransferLeader;
import org.krg.tools.cli.cluster.NodeUncordon;
import org.krg.tools.cli.cluster.StateHash;
import org.krg.tools.cli.cluster.SystemDoctor;
import org.krg.tools.cli.job.JobExplain;
import org.krg.tools.cli.job.JobList;
import org.krg.tools.cli.job.JobShow;
import org.krg.tools.cli.job.JobSignal;
import org.krg.tools.cli.job.JobStop;
import org.krg.tools.cli.operation.OpCancel;
import org.krg.tools.cli.operation.OpList;
import org.krg.tools.cli.operation.OpWatch;
import org.krg.tools.cli.operation.ProcCheck;
import org.krg.tools.cli.operation.ProcMigrate;
import org.krg.tools.cli.policy.PolicyActivate;
import org.krg.tools.cli.policy.PolicyApply;
import org.krg.tools.cli.policy.PolicyCheck;
import org.krg.tools.cli.policy.PolicyList;
import org.krg.tools.cli.policy.PolicyRemove;
import org.krg.tools.cli.policy.PolicyRollback;
import org.krg.tools.cli.policy.PolicyShow;
import org.krg.tools.cli.policy.PolicyTry;
import org.krg.tools.cli.policy.PolicyVariables;
import org.krg.tools.cli.process.Attach;
import org.krg.tools.cli.process.Logs;
import org.krg.tools.cli.process.ProcShow;
import org.krg.tools.cli.process.Ps;
import org.krg.tools.cli.process.Run;
import org.krg.tools.cli.process.Wait;
import org.krg.tools.cli.segment.SegmentAccess;
import org.krg.tools.cli.segment.SegmentAttachments;
import org.krg.tools.cli.segment.SegmentAuditVerb;
import org.krg.tools.cli.segment.SegmentCreate;
import org.krg.tools.cli.segment.SegmentDestroy;
import org.krg.tools.cli.segment.SegmentDump;
import org.krg.tools.cli.segment.SegmentList;
import org.krg.tools.cli.segment.SegmentLoad;
import org.krg.tools.cli.segment.SegmentResize;
import org.krg.tools.cli.segment.SegmentShow;
import org.krg.tools.cli.segment.SegmentStats;
import org.krg.tools.cli.segment.SegmentSync;
import org.krg.tools.cli.state.StateBackup;
import org.krg.tools.cli.state.StateCompact;
import org.krg.tools.cli.state.StateDelete;
import org.krg.tools.cli.state.StateGet;
import org.krg.tools.cli.state.StateHistory;
import org.krg.tools.cli.state.StateInspect;
import org.krg.tools.cli.state.StateLease;
import org.krg.tools.cli.state.StateLock;
import org.krg.tools.cli.state.StatePut;
import org.krg.tools.cli.state.StateQuota;
import org.krg.tools.cli.state.StateRange;
import org.krg.tools.cli.state.StateRejoin;
import org.krg.tools.cli.state.StateRepair;
import org.krg.tools.cli.state.StateRestore;
import org.krg.tools.cli.state.StateSnapshot;
import org.krg.tools.cli.state.StateStatus;
import org.krg.tools.cli.state.StateTxn;
import org.krg.tools.cli.state.StateWatch;
import org.krg.tools.demo.DemoVerb;
import org.krg.tools.dev.cli.AgentRunVerb;
import org.krg.tools.dev.cli.ClusterInitVerb;
import org.krg.tools.dev.cli.ClusterJoinVerb;
import org.krg.tools.dev.cli.DevCutVerb;
import org.krg.tools.dev.cli.DevDownVerb;
import org.krg.tools.dev.cli.DevKillVerb;
import org.krg.tools.dev.cli.DevMendVerb;
import org.krg.tools.dev.cli.DevStartVerb;
import org.krg.tools.dev.cli.DevStatusVerb;
import org.krg.tools.dev.cli.DevUpVerb;

/// Every verb of `krg-admin` that is not a module's own.
public final class Verbs implements VerbTree {
    private static final List<Section> SECTIONS =
            List.of(
                    new Section(
                            "A cluster for trying, on this machine",
                            new Verb("demo", "Show a program survive the death of its node"),
                            new Verb("dev up", "Make a cluster of several nodes and start it"),
                            new Verb("dev status", "Show the nodes of that cluster"),
                            new Verb("dev start", "Start nodes that do not run"),
                            new Verb("dev kill", "Kill an agent, or a node with all it hosts"),
                            new Verb("dev cut", "Part nodes from each other, or lose packets"),
                            new Verb("dev mend", "Let all nodes hear each other again"),
                            new Verb(
                                    "dev down", "Stop the cluster; --purge leaves nothing behind")),
                    new Section(
                            "This node",
                            new Verb("cluster init", "Write the settings of a new cluster's node"),
                            new Verb("cluster join", "Join with a token and write the settings"),
                            new Verb("cluster token", "Make, list and revoke tokens to join with"),
                            new Verb("agent run", "Run the agent of this node")),
                    new Section(
                            "Programs",
                            new Verb("run", "Run a program in the cluster"),
                            new Verb("ps", "List the processes of the cluster"),
                            new Verb("proc show", "Show a process in full"),
                            new Verb("logs", "Print what a process writes"),
                            new Verb("attach", "Connect your terminal with that of a process"),
                            new Verb(
                                    "wait",
                                    "Wait until processes end, and end with their exit code")),
                    new Section(
                            "Jobs",
                            new Verb("job list", "List jobs"),
                            new Verb("job show", "Show a job in full"),
                            new Verb("job explain", "Tell why a job is where it is, or waits"),
                            new Verb("job signal", "Send a signal to a job"),
                            new Verb("job stop", "End a job")),
                    new Section(
                            "Moves",
                            new Verb("proc migrate", "Move a process to another node; it goes on"),
                            new Verb("proc check", "Tell what keeps a process from moving"),
                            new Verb("op list", "List what is under way"),
                            new Verb("op watch", "Follow an operation to its end"),
                            new Verb("op cancel", "Give an operation up")),
                    new Section(
                            "Checkpoints",
                            new Verb("checkpoint create", "Save a process; it goes on"),
                            new Verb("checkpoint list", "List checkpoints"),
                            new Verb("checkpoint inspect", "Show what is in a checkpoint"),
                            new Verb(
                                    "checkpoint diff", "Show what differs between two checkpoints"),
                            new Verb("checkpoint verify", "Read every copy and check it"),
                            new Verb("checkpoint restore", "Bring a process back to a checkpoint"),
                            new Verb("checkpoint freeze", "Have a process stand still"),
                            new Verb("checkpoint unfreeze", "Let a frozen process go on"),
                            new Verb("checkpoint export", "Write a checkpoint to a file"),
                            new Verb("checkpoint import", "Take a checkpoint in as a new job"),
                            new Verb("checkpoint rm", "Remove checkpoints"),
                            new Verb("checkpoint prune", "Remove all but the newest checkpoints"),
                            new Verb("checkpoint quota", "Limit how much users' checkpoints take"),
                            new Verb("checkpoint rekey", "Give nodes another key to encrypt with")),
                    new Section(
                            "Shared memory",
                            new Verb(
                                    "segment create",
                                    "Make memory that all nodes share, or share a file"),
                            new Verb("segment list", "List segments"),
                            new Verb("segment show", "Show a segment in full"),
                            new Verb("segment attach-info", "Show who has a segment open now"),
                            new Verb("segment stats", "Show how nodes use a segment's pages"),
                            new Verb("segment audit", "Compare the log with every node's pages"),
                            new Verb("segment access", "Say who may open a segment"),
                            new Verb("segment resize", "Make a segment larger"),
                            new Verb("segment dump", "Write what a segment holds into a file"),
                            new Verb("segment load", "Store what a file holds in a segment"),
                            new Verb("segment sync", "Write what a segment holds to its file"),
                            new Verb("segment destroy", "Give a segment and its pages up")),
                    new Section(
                            "Keys of your own, agreed by the cluster (etcd's clients work too)",
                            new Verb("state put", "Write a key"),
                            new Verb("state get", "Print the value of a key"),
                            new Verb("state delete", "Delete keys"),
                            new Verb("state range", "List keys"),
                            new Verb("state watch", "Print changes of keys as they come"),
                            new Verb("state txn", "Compare, then read and write, all at once"),
                            new Verb("state lease", "Grant, renew, end and show leases"),
                            new Verb(
                                    "state quota",
                                    "Show and set what users may hold in keys and leases"),
                            new Verb("state lock", "Run a command while it holds a lock"),
                            new Verb("state history", "Show the versions of a key"),
                            new Verb("state compact", "Let go of old versions")),
                    new Section(
                            "Who decides where processes go",
                            new Verb("policy check", "Check a policy that you wrote"),
                            new Verb("policy variables", "List what policies may ask"),
                            new Verb("policy try", "Tell what a policy would decide now"),
                            new Verb("policy apply", "Store a policy as a new version"),
                            new Verb("policy activate", "Have a policy decide"),
                            new Verb("policy rollback", "Have the policy before decide again"),
                            new Verb("policy list", "List policies and which one decides"),
                            new Verb("policy show", "Print a policy as it was stored"),
                            new Verb("policy remove", "Forget a policy")),
                    new Section(
                            "The cluster",
                            new Verb("cluster status", "Show the members, the leader and the log"),
                            new Verb("node list", "List nodes"),
                            new Verb("node show", "Show a node in full"),
                            new Verb("node fence", "Vouch that nothing runs on a lost node"),
                            new Verb("node drain", "Move everything away from a node"),
                            new Verb("node uncordon", "Let a node host again"),
                            new Verb("node remove", "Forget a lost node"),
                            new Verb("node cert", "Give a node another certificate and key"),
                            new Verb("node promote", "Let nodes vote, also instead of others"),
                            new Verb("node demote", "Let nodes vote no more"),
                            new Verb("node replace", "Give a dead voter's vote to another node"),
                            new Verb("node transfer-leader", "Let another node lead"),
                            new Verb("events", "List what happened, or watch it happen"),
                            new Verb("state hash", "Compare the replicas of the state"),
                            new Verb("state status", "Show each node's copy of the state"),
                            new Verb("state backup", "Save the agreed state in a file"),
                            new Verb("state snapshot", "Have a node write a snapshot now"),
                            new Verb(
                                    "system doctor",
                                    "Tell what each node can do and what it lacks")),
                    new Section(
                            "Who may do what",
                            new Verb("auth", "Have permissions count, or count no more"),
                            new Verb("user", "Add and delete users, give and take roles"),
                            new Verb("user certificate", "Make the keys a user is known by"),
                            new Verb("role", "Add and delete roles, say what they allow"),
                            new Verb("audit show", "Show who asked a node for what"),
                            new Verb("audit verify", "Check that no such record was changed")),
                    new Section(
                            "Stored state, while the agent does not run",
                            new Verb("state inspect", "Check a node's storage or a backup"),
                            new Verb("state repair", "Put right what can be without loss"),
                            new Verb("state rejoin", "Come back with the data of the others"),
                            new Verb("state restore", "Begin a cluster from a backup")),
                    new Section(
                            "This command",
                            new Verb(
                                    "completion",
                                    "Print a completion script for bash, zsh or fish"),
                            new Verb("version", "Print the version")));

    @Override
    public List<Section> sections() {
        return SECTIONS;
    }

    // A switch, not a table of constructors: naming a class here does not load it.
    @Override
    public Callable<Integer> create(Verb verb, Terminal terminal) {
        return switch (verb.path()) {
            case "demo" -> new DemoVerb(terminal);
            case "cluster init" -> new ClusterInitVerb(terminal);
            case "cluster join" -> new ClusterJoinVerb(terminal);
            case "cluster token" -> new ClusterToken(terminal);
            case "agent run" -> new AgentRunVerb(terminal);
            case "dev up" -> new DevUpVerb(terminal);
            case "dev status" -> new DevStatusVerb(terminal);
            case "dev start" -> new DevStartVerb(terminal);
            case "dev kill" -> new DevKillVerb(terminal);
            case "dev cut" -> new DevCutVerb(terminal);
            case "dev mend" -> new DevMendVerb(terminal);
            case "dev down" -> new DevDownVerb(terminal);
            case "run" -> new Run(terminal);
            case "ps" -> new Ps(terminal);
            case "logs" -> new Logs(terminal);
            case "attach" -> new Attach(terminal);
            case "wait" -> new Wait(terminal);
            case "segment create" -> new SegmentCreate(terminal);
            case "segment list" -> new SegmentList(terminal);
            case "segment show" -> new SegmentShow(terminal);
            case "segment attach-info" -> new SegmentAttachments(terminal);
            case "segment stats" -> new SegmentStats(terminal);
            case "segment audit" -> new SegmentAuditVerb(terminal);
            case "segment access" -> new SegmentAccess(terminal);
            case "segment resize" -> new SegmentResize(terminal);
            case "segment dump" -> new SegmentDump(terminal);
            case "segment load" -> new SegmentLoad(terminal);
            case "segment sync" -> new SegmentSync(terminal);
            case "segment destroy" -> new SegmentDestroy(terminal);
            case "job list" -> new JobList(terminal);
            case "job show" -> new JobShow(terminal);
            case "job explain" -> new JobExplain(terminal);
            case "job signal" -> new JobSignal(terminal);
            case "job stop" -> new JobStop(terminal);
            case "proc show" -> new ProcShow(terminal);
            case "proc migrate" -> new ProcMigrate(terminal);
            case "proc check" -> new ProcCheck(terminal);
            case "op list" -> new OpList(terminal);
            case "op watch" -> new OpWatch(terminal);
            case "op cancel" -> new OpCancel(terminal);
            case "checkpoint create" -> new CheckpointCreate(terminal);
            case "checkpoint list" -> new CheckpointList(terminal);
            case "checkpoint inspect" -> new CheckpointInspect(terminal);
            case "checkpoint diff" -> new CheckpointDiff(terminal);
            case "checkpoint verify" -> new CheckpointVerify(terminal);
            case "checkpoint export" -> new CheckpointExport(terminal);
            case "checkpoint import" -> new CheckpointImport(terminal);
            case "checkpoint prune" -> new CheckpointPrune(terminal);
            case "checkpoint quota" -> new CheckpointQuotaVerb(terminal);
            case "checkpoint rekey" -> new CheckpointRekey(terminal);
            case "checkpoint restore" -> new CheckpointRestore(terminal);
            case "checkpoint freeze" -> new CheckpointFreeze(terminal, true);
            case "checkpoint unfreeze" -> new CheckpointFreeze(terminal, false);
            case "checkpoint rm" -> new CheckpointRemove(terminal);
            case "cluster status" -> new ClusterStatus(terminal);
            case "node list" -> new NodeList(terminal);
            case "node show" -> new NodeShow(terminal);
            case "node fence" -> new NodeFence(terminal);
            case "node drain" -> new NodeDrain(terminal);
            case "node uncordon" -> new NodeUncordon(terminal);
            case "node remove" -> new NodeRemove(terminal);
            case "node cert" -> new NodeCert(terminal);
            case "node promote" -> new NodePromote(terminal);
            case "node demote" -> new NodeDemote(terminal);
            case "node replace" -> new NodeReplace(terminal);
            case "node transfer-leader" -> new NodeTransferLeader(terminal);
            case "events" -> new Events(terminal);
            case "auth" -> new Auth(terminal);
            case "user" -> new Users(terminal);
            case "user certificate" -> new UserCertificate(terminal);
            case "role" -> new Roles(terminal);
            case "policy check" -> new PolicyCheck(terminal);
            case "policy variables" -> new PolicyVariables(terminal);
            case "policy try" -> new PolicyTry(terminal);
            case "policy apply" -> new PolicyApply(terminal);
            case "policy activate" -> new PolicyActivate(terminal);
            case "policy rollback" -> new PolicyRollback(terminal);
            case "policy list" -> new PolicyList(terminal);
            case "policy show" -> new PolicyShow(terminal);
            case "policy remove" -> new PolicyRemove(terminal);
            case "audit show" -> new AuditShow(terminal);
            case "audit verify" -> new AuditVerify(terminal);
            case "state put" -> new StatePut(terminal);
            case "state get" -> new StateGet(terminal);
            case "state delete" -> new StateDelete(terminal);
            case "state range" -> new StateRange(terminal);
            case "state watch" -> new StateWatch(terminal);
            case "state txn" -> new StateTxn(terminal);
            case "state lease" -> new StateLease(terminal);
            case "state quota" -> new StateQuota(terminal);
            case "state lock" -> new StateLock(terminal);
            case "state history" -> new StateHistory(terminal);
            case "state compact" -> new StateCompact(terminal);
            case "state hash" -> new StateHash(terminal);
            case "state status" -> new StateStatus(terminal);
            case "state backup" -> new StateBackup(terminal);
            case "state snapshot" -> new StateSnapshot(terminal);
            case "state inspect" -> new StateInspect(terminal);
            case "state repair" -> new StateRepair(terminal);
            case "state rejoin" -> new StateRejoin(terminal);
            case "state restore" -> new StateRestore(terminal);
            case "system doctor" -> new SystemDoctor(terminal);
            case "completion" -> new Completion(this, terminal);
            case "version" -> new Version(terminal);
            default -> throw new IllegalArgumentException("no such verb: " + verb.path());
        };
    }
}
