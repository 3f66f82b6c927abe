package main

// commands lists the whole command line, in the order in which help shows it.
func commands() []command {
	return []command{
		demoCommand(),
		initCommand(),
		charterNewCommand(),
		charterSignCommand(),
		charterAmendCommand(),
		charterDiffCommand(),
		charterShowCommand(),
		charterVerifyCommand(),
		serveCommand(),
		statusCommand(),
		backupCommand(),
		backupKeyCommand(),
		backupVerifyCommand(),
		restoreCommand(),
		keyEpochCommand(),
		keyRotateCommand(),
		keyRevokeCommand(),
		keyDelegateCommand(),
		keyShowCommand(),
		newCommand(),
		signCommand(),
		publishCommand(),
		submitCommand(),
		listCommand(),
		showCommand(),
		threadCommand(),
		assembleCommand(),
		exportCommand(),
		verifyCommand(),
	}
}
